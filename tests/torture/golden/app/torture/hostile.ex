defmodule App.Torture.Hostile do
  use Ash.Resource,
    domain: App.Torture,
    data_layer: AshPostgres.DataLayer

  postgres do
    table "hostile"
    repo App.Repo
    migrate? false

    identity_index_names it_s: "hostile\nnewline",
                         a_b_2_system_halt: "hostile \"idx\" \#{1}",
                         u540d_524d: "hostile😀"

    identity_wheres_to_sql it_s: "((\"a b\" IS NOT NULL) AND (\"back\\slash\" = 'x\\y'::text))",
                           u540d_524d: "((\"new\nline\" = 'a'::text) OR (\"a?b\" IS NULL))"
  end

  resource do
    description """
    \"\"\"
    \#{System.halt()}
    '''
    \\" \u{202E} # end

    \ttab -- */ <%= x %> {{ y }}\
    """
  end

  actions do
    defaults [:read, :destroy, create: :*, update: :*]
  end

  attributes do
    integer_primary_key :id

    attribute :a_b_2, :string do
      description """
      end
      \"\"\"
      defmodule Evil do
      end\
      """

      source :"a b"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :a_b_3, :string do
      description "\#{1}"
      source :"a-b"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :a_b, :string do
      description """
       \s
        padded \r
      """

      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :a_b_4, :string do
      description "\\"
      source :"a.b"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :a_b_5, :string do
      source :A_B
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :it_s, :string do
      source :"it's"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :system_halt, :string do
      source :"\#{System.halt()}"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :back_slash, :string do
      source :"back\\slash"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :new_line, :string do
      source :"new\nline"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :tab_stop, :string do
      source :"tab\tstop"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :right_left, :string do
      source :"right\u{202E}left"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :zero_width, :string do
      source :"zero\u{200B}width"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u1f600, :string do
      source :"😀"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u540d_524d, :string do
      source :名前
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :naive, :string do
      source :naïve
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :n1st, :string do
      source :"1st"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u5f, :string do
      source :_
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u5f_5f, :string do
      source :__
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u3f, :string do
      source :"?"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :a_b_6, :string do
      source :"a?b"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :n1, :string do
      source :"$1"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :s, :string do
      source :"%s"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :x, :string do
      source :"{{ x }}"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :x_2, :string do
      source :"<%= x %>"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :doc, :string do
      source :"@doc"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :a_b_7, :string do
      source :"a:b"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u3a, :string do
      source :":"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u2c, :string do
      source :","
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u3b, :string do
      source :";"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u2d_2d, :string do
      source :--
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u2f_2a, :string do
      source :"/*"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :lead, :string do
      source :" lead"
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :trail, :string do
      source :"trail "
      public? true
      constraints trim?: false, allow_empty?: true
    end

    attribute :u20, :string do
      source :" "
      public? true
      constraints trim?: false, allow_empty?: true
    end
  end

  identities do
    identity :a_b_2_system_halt, [:a_b_2, :system_halt]

    identity :it_s, [:it_s] do
      where expr(not is_nil(a_b_2) and back_slash == "x\\y")
    end

    identity :u540d_524d, [:u540d_524d] do
      where expr(new_line == "a" or is_nil(a_b_6))
    end
  end
end
