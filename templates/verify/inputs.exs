# Inputs for a changeset function: drawn by a seed, with the bounds that the function itself names.
#
# A pool is a list of values as a JSON API sends them, by key of the parameters; of an association
# or an embed it is `{:one | :many, pools}`.

defmodule AshScaffold.Verify.Inputs do
  @words ["a", "Ada Lovelace", "grace", "lorem ipsum dolor", "zwölf", "Ångström", "x1-y2", "B"]
  @texts [
    "ada@example.com",
    "Grace.Hopper@Example.org",
    "not an address",
    "https://example.com/a?b=c",
    "http://localhost",
    "+49 30 1234567",
    "a-slug",
    "with_underscore",
    "UPPER CASE",
    " padded ",
    "0123456789",
    "#ff00aa",
    "192.168.0.1",
    "example.com",
    "Correct-Horse-7-Battery",
    "e\u0301te\u0301",
    "two\nlines"
  ]
  @blanks [nil, "", "   "]
  @json_wrong [true, 17, 1.5, "text", [], ["a"], %{}, %{"a" => 1}, "\u0000"]
  @form_wrong ["abc", "1.5x", "--", [], ["a"], %{"0" => "a"}, %{}]
  @extra "not_a_field"
  @longest 5_000

  def seed(seed, name, number),
    do: :rand.seed(:exsss, {seed, :erlang.phash2(name), number})

  def pick([]), do: nil
  def pick(list), do: Enum.at(list, :rand.uniform(length(list)) - 1)

  def chance(percent), do: :rand.uniform(100) <= percent

  # ---- pools

  @doc """
  The pool of a type of Ecto. `first` are the best of it, `known` values that rows have.
  """
  def pool(name, type, first \\ [], known \\ []) do
    case related(type) do
      nil -> Enum.uniq(first ++ typed(name, plain(type)) ++ known)
      {cardinality, schema} -> {cardinality, child_pools(schema)}
    end
  end

  @doc "`{cardinality, schema}` of an association or embed, nil for any other type."
  def related({:assoc, %{cardinality: cardinality, related: schema}}), do: {cardinality, schema}
  def related({:embed, %{cardinality: cardinality, related: schema}}), do: {cardinality, schema}

  def related({:parameterized, {Ecto.Embedded, %{cardinality: cardinality, related: schema}}}),
    do: {cardinality, schema}

  def related({:parameterized, Ecto.Embedded, %{cardinality: cardinality, related: schema}}),
    do: {cardinality, schema}

  def related(_type), do: nil

  defp child_pools(schema) do
    for {name, type} <- Enum.sort(schema.__changeset__()),
        related(type) == nil,
        name not in schema.__schema__(:primary_key),
        name not in [:inserted_at, :updated_at],
        into: %{},
        do: {to_string(name), pool(name, type)}
  end

  defp plain({:parameterized, {Ecto.Enum, params}}), do: {:enum, params}
  defp plain({:parameterized, Ecto.Enum, params}), do: {:enum, params}
  defp plain(type), do: type

  defp typed(_name, {:enum, params}) do
    labels = for {value, _dumped} <- params.mappings, do: to_string(value)
    labels ++ [hd(labels) |> String.upcase(), "no such label"]
  end

  defp typed(name, {:array, type}) do
    case related(type) || typed(name, plain(type)) do
      [_ | _] = items ->
        [[]] ++
          for(item <- Enum.take(items, 6), do: [item]) ++
          [Enum.take(items, 2), Enum.take(items, 3), [hd(items), hd(items)]]

      _none ->
        [[], [%{}]]
    end
  end

  defp typed(name, type) when type in [:string, :binary], do: texts(to_string(name))

  defp typed(_name, type) when type in [:integer, :id],
    do: [1, 2, 7, 42, 0, -1, 100, 1_000_000, 2_147_483_647, 2_147_483_648, "12", " 3", "1.0"]

  defp typed(_name, type) when type in [:float, :decimal],
    do: [1, 2.5, "3.75", 0, -1, "0.001", 100, "1e2", "99999999999.99", "-0.0", "NaN", "12,5"]

  defp typed(_name, :boolean), do: [true, false, "true", "1", "on", "yes", 0]

  defp typed(_name, :date),
    do: ["2024-02-29", "1999-12-31", "2031-01-01", "2023-02-29", "2024-02-29T10:00:00"]

  defp typed(_name, type) when type in [:time, :time_usec],
    do: ["10:30:00", "23:59", "00:00:00.123456", "24:00:00", "noon"]

  defp typed(_name, type)
       when type in [:naive_datetime, :naive_datetime_usec, :utc_datetime, :utc_datetime_usec],
       do: [
         "2024-02-29T10:30:00Z",
         "2024-02-29T10:30:00",
         "2024-02-29T10:30",
         "2031-01-01 00:00:00.123456",
         "1999-12-31T23:59:59+02:00",
         "2024-02-29",
         "2023-02-29T10:00:00Z"
       ]

  defp typed(_name, type) when type in [:binary_id, Ecto.UUID],
    do: [
      "3fa85f64-5717-4562-b3fc-2c963f66afa6",
      "00000000-0000-4000-8000-0000000000a5",
      "3FA85F64-5717-4562-B3FC-2C963F66AFA6",
      "not-a-uuid"
    ]

  defp typed(_name, type) when type == :map or (is_tuple(type) and elem(type, 0) == :map),
    do: [%{}, %{"a" => 1}, %{"b" => "c", "d" => [1]}, "{}", []]

  # A type of the project's own: what it takes of what others take.
  defp typed(name, type) do
    candidates =
      Enum.uniq(
        texts(to_string(name)) ++
          [1, 2.5, true, %{}, %{"a" => 1}, ["a"], "2024-02-29", "10:30:00"] ++
          ["2024-02-29T10:30:00Z", "127.0.0.1/32", "1h", "P1D", "1 day"] ++
          [%{"lower" => "2024-01-01", "upper" => "2024-02-01"}]
      )

    {taken, refused} = Enum.split_with(candidates, &match?({:ok, _}, cast(type, &1)))
    taken ++ Enum.take(refused, 3)
  end

  defp cast(type, value) do
    Ecto.Type.cast(type, value)
  rescue
    _error -> :error
  end

  defp texts(name) do
    hinted =
      cond do
        name =~ ~r/mail/ -> ["ada@example.com", "grace@example.org", "A.B@Example.com"]
        name =~ ~r/url|link|site|homepage/ -> ["https://example.com", "http://example.org/x"]
        name =~ ~r/phone|mobile/ -> ["+49301234567", "5551234567"]
        name =~ ~r/pass|secret/ -> ["Correct-Horse-7-Battery", "hello world!", "Sh0rt-pa55word!"]
        name =~ ~r/slug|username|handle|login|code|key/ -> ["a-slug", "ada_l", "ABC-123"]
        name =~ ~r/color|colour/ -> ["#ff00aa", "red"]
        name =~ ~r/country|currency|locale|lang/ -> ["de", "DE", "EUR", "en", "eng"]
        true -> []
      end

    hinted ++ @words ++ @texts
  end

  # ---- what the function names

  @doc "Add to a pool what a validation of its field has at its bounds."
  def at_bounds({cardinality, pools}, _rule), do: {cardinality, pools}
  def at_bounds(pool, rule), do: Enum.uniq(pool ++ bounds(rule, pool))

  defp bounds({:length, options}, pool) do
    sizes =
      for {key, size} <- options, key in [:min, :max, :is], is_integer(size), near <- -1..1 do
        size + near
      end

    sizes = for size <- Enum.uniq(sizes), size >= 0, size <= @longest, do: size
    lists? = Enum.any?(pool, &is_list/1)
    item = pool |> Enum.find_value(fn value -> is_list(value) and List.first(value) end) || "a"

    for size <- sizes, text <- ["a", "é", "e\u0301"] do
      if lists?, do: List.duplicate(item, size), else: String.duplicate(text, size)
    end
    |> Enum.uniq()
    |> Kernel.++(for size <- sizes, not lists?, do: mixed(size))
  end

  defp bounds({:format, regex}, _pool), do: matching(regex)

  defp bounds({kind, members}, _pool) when kind in [:inclusion, :exclusion] do
    members = members |> Enum.take(40) |> Enum.map(&given/1)
    members ++ for(text when is_binary(text) <- Enum.take(members, 2), do: text <> " ")
  rescue
    _error -> []
  end

  defp bounds({:subset, members}, _pool) do
    members = members |> Enum.take(40) |> Enum.map(&given/1)
    [members, Enum.take(members, 1), Enum.take(members, 1) ++ ["no member"], []]
  rescue
    _error -> []
  end

  defp bounds({:number, options}, _pool) do
    for {_key, number} <- options, value <- around(number), do: value
  end

  defp bounds({:acceptance, _options}, _pool), do: [true, false, "true", "on", "1"]
  defp bounds(_rule, _pool), do: []

  defp around(number) when is_integer(number),
    do: [number, number - 1, number + 1, "#{number - 1}.999", "#{number}.001"]

  defp around(number) when is_float(number),
    do: [number, number - 0.001, number + 0.001, number - 1, number + 1]

  defp around(%{__struct__: Decimal} = number) do
    for change <- ["0", "-1", "1", "-0.001", "0.001"],
        do: number |> Decimal.add(Decimal.new(change)) |> Decimal.to_string(:normal)
  end

  defp around(_number), do: []

  # A text of that many characters that satisfies what passwords and names commonly want.
  defp mixed(size), do: "Aa1-b2C_d" |> String.duplicate(div(size, 9) + 1) |> String.slice(0, size)

  defp given(value) when is_atom(value) and value not in [nil, true, false], do: to_string(value)
  defp given(%{__struct__: Decimal} = value), do: Decimal.to_string(value, :normal)
  defp given(%{__struct__: _} = value), do: to_string(value)
  defp given(value), do: value

  @doc "Values that a literal of the function's code suggests."
  def from_literal(literal, pool) when is_list(pool) do
    cond do
      is_binary(literal) and Enum.any?(pool, &is_binary/1) ->
        [literal]

      is_integer(literal) and Enum.any?(pool, &is_integer/1) ->
        [literal, literal - 1, literal + 1]

      true ->
        []
    end
  end

  def from_literal(_literal, _pool), do: []

  @doc "Texts that match a regular expression, and such with one fault."
  def matching(regex) do
    found =
      for _try <- 1..40,
          text = sample(regex),
          is_binary(text) and byte_size(text) <= @longest and Regex.match?(regex, text),
          do: text

    found = found |> Enum.uniq() |> Enum.take(6)

    faulty =
      for text <- Enum.take(found, 2),
          other <- [
            text <> "\n",
            text <> " ",
            " " <> text,
            text <> "!",
            String.slice(text, 1..-1//1)
          ],
          do: other

    found ++ faulty
  end

  # A text of the regular expression's language, as far as its syntax is known here.
  defp sample(regex) do
    {text, _rest} = alternatives(Regex.source(regex), "")
    text
  rescue
    _error -> nil
  catch
    _kind, _reason -> nil
  end

  defp alternatives(source, _text) do
    {branches, rest} = branches(source, [])
    {pick(branches), rest}
  end

  defp branches(source, found) do
    {text, rest} = sequence(source, "")

    case rest do
      "|" <> rest -> branches(rest, [text | found])
      rest -> {[text | found], rest}
    end
  end

  defp sequence("", text), do: {text, ""}
  defp sequence("|" <> _ = rest, text), do: {text, rest}
  defp sequence(")" <> rest, text), do: {text, ")" <> rest}

  defp sequence(source, text) do
    {one, rest} = item(source)
    {times, rest} = times(rest)
    {many, rest} = repeated(source, one, times, rest)
    sequence(rest, text <> many)
  end

  # Each time anew, so that a class gives several characters.
  defp repeated(_source, _one, 0, rest), do: {"", rest}

  defp repeated(source, one, times, rest) do
    more = for _time <- 2..times//1, do: source |> item() |> elem(0)
    {Enum.join([one | more]), rest}
  end

  defp times("*" <> rest), do: {Enum.random(0..4), lazy(rest)}
  defp times("+" <> rest), do: {Enum.random(1..5), lazy(rest)}
  defp times("?" <> rest), do: {Enum.random(0..1), lazy(rest)}

  defp times("{" <> _ = source) do
    case Regex.run(~r/\A\{(\d*)(,?)(\d*)\}/, source) do
      [whole, least, comma, most] ->
        least = if least == "", do: 0, else: String.to_integer(least)

        most =
          cond do
            comma == "" -> least
            most == "" -> least + 3
            true -> String.to_integer(most)
          end

        {Enum.random([least, most, min(least + 1, most)]),
         source |> binary_part(byte_size(whole), byte_size(source) - byte_size(whole)) |> lazy()}

      nil ->
        {1, source}
    end
  end

  defp times(source), do: {1, source}

  defp lazy("?" <> rest), do: rest
  defp lazy("+" <> rest), do: rest
  defp lazy(rest), do: rest

  defp item("^" <> rest), do: {"", rest}
  defp item("$" <> rest), do: {"", rest}
  defp item("(?!" <> rest), do: {"", rest |> group() |> elem(1)}
  defp item("(?=" <> rest), do: {"", rest |> group() |> elem(1)}
  defp item("(?<!" <> rest), do: {"", rest |> group() |> elem(1)}
  defp item("(?<=" <> rest), do: {"", rest |> group() |> elem(1)}
  defp item("(?:" <> rest), do: group(rest)

  defp item("(?" <> rest) do
    case Regex.run(~r/\A(?:P?<\w+>|[a-z-]*:)/, rest) do
      [head] ->
        rest |> binary_part(byte_size(head), byte_size(rest) - byte_size(head)) |> group()

      nil ->
        [flags] = Regex.run(~r/\A[a-z-]*\)/, rest)
        {"", binary_part(rest, byte_size(flags), byte_size(rest) - byte_size(flags))}
    end
  end

  defp item("(" <> rest), do: group(rest)
  defp item("[" <> rest), do: class(rest)
  defp item("." <> rest), do: {pick(~w(a b 7 x)), rest}
  defp item("\\" <> rest), do: escaped(rest)
  defp item(source), do: String.split_at(source, 1)

  defp group(source) do
    {text, ")" <> rest} = alternatives(source, "")
    {text, rest}
  end

  defp escaped(<<char, rest::binary>>) when char in ~c"AzZbBG", do: {"", rest}
  defp escaped("d" <> rest), do: {pick(~w(0 1 5 9)), rest}
  defp escaped("w" <> rest), do: {pick(~w(a Z 5 _)), rest}
  defp escaped("s" <> rest), do: {" ", rest}
  defp escaped("D" <> rest), do: {pick(~w(a -)), rest}
  defp escaped("W" <> rest), do: {"-", rest}
  defp escaped("S" <> rest), do: {pick(~w(a 7 .)), rest}
  defp escaped("n" <> rest), do: {"\n", rest}
  defp escaped("t" <> rest), do: {"\t", rest}

  defp escaped("p{" <> rest) do
    [_name, rest] = String.split(rest, "}", parts: 2)
    {pick(~w(a B)), rest}
  end

  defp escaped(source), do: String.split_at(source, 1)

  defp class("^" <> rest) do
    {members, rest} = members(rest, [])
    refused = for range <- members, char <- range, into: MapSet.new(), do: char

    {[?a..?z, ?0..?9, [?-, ?_, ?., ?\s, ?@, ?é]]
     |> Enum.concat()
     |> Enum.reject(&(&1 in refused))
     |> pick()
     |> List.wrap()
     |> to_string(), rest}
  end

  defp class(source) do
    {members, rest} = members(source, [])
    {<<members |> pick() |> Enum.random()::utf8>>, rest}
  end

  defp members("]" <> rest, [_ | _] = found), do: {found, rest}

  defp members("[:" <> rest, found) do
    [name, rest] = String.split(rest, ":]", parts: 2)
    members(rest, [named(name) | found])
  end

  defp members("\\" <> <<char, rest::binary>>, found) when char in ~c"dws",
    do: members(rest, [shorthand(char) | found])

  defp members(source, found) do
    {first, rest} = member(source)

    case rest do
      "-" <> <<next, _::binary>> = range when next != ?] ->
        {last, rest} = range |> binary_part(1, byte_size(range) - 1) |> member()
        members(rest, [first..last//1 | found])

      rest ->
        members(rest, [first..first | found])
    end
  end

  defp member("\\" <> <<char::utf8, rest::binary>>), do: {char, rest}
  defp member(<<char::utf8, rest::binary>>), do: {char, rest}

  defp shorthand(?d), do: ?0..?9
  defp shorthand(?w), do: ?a..?z
  defp shorthand(?s), do: ?\s..?\s

  defp named("digit"), do: ?0..?9
  defp named("upper"), do: ?A..?Z
  defp named("space"), do: ?\s..?\s
  defp named("punct"), do: ?!..?/
  defp named(_name), do: ?a..?z

  # ---- inputs

  @doc "A value of a pool; of an association's the parameters of its rows."
  def value({:one, pools}, own), do: child(pools, own |> List.wrap() |> List.first())

  def value({:many, pools}, own) do
    kept = for id <- List.wrap(own), chance(70), do: id
    added = for _new <- 1..Enum.random([0, 1, 1, 2])//1, do: nil
    for id <- kept ++ added, do: child(pools, id)
  end

  def value(pool, _own), do: likely(pool)

  # The first values of a pool are the usual ones.
  defp likely(pool), do: if(chance(50), do: pool |> Enum.take(5) |> pick(), else: pick(pool))

  defp child(pools, id) do
    params =
      for {key, pool} <- Enum.sort(pools), chance(85), into: %{}, do: {key, value(pool, nil)}

    if id == nil, do: params, else: Map.merge(params, id)
  end

  @doc "One of the mutations of a parameter, in the mode."
  def mutated(mode, key, pools, params, foreign) do
    case {Map.get(pools, key), Map.get(params, key)} do
      {{_cardinality, pools}, value} when value not in [nil, "", [], %{}] and is_map(pools) ->
        if chance(70),
          do: Map.put(params, key, mutated_child(mode, pools, value)),
          else: plainly_mutated(mode, key, nil, params, foreign)

      {pool, _value} ->
        plainly_mutated(mode, key, pool, params, foreign)
    end
  end

  defp mutated_child(mode, pools, [_ | _] = children) do
    at = :rand.uniform(length(children)) - 1
    List.update_at(children, at, &mutated_child(mode, pools, &1))
  end

  defp mutated_child(mode, pools, %{} = child) when map_size(pools) > 0 do
    key = pools |> Map.keys() |> Enum.sort() |> pick()
    plainly_mutated(mode, key, pools[key], child, [])
  end

  defp mutated_child(_mode, _pools, other), do: other

  defp plainly_mutated(mode, key, pool, params, foreign) do
    case :rand.uniform(7) do
      1 ->
        Map.delete(params, key)

      2 ->
        Map.put(params, key, pick(@blanks))

      3 ->
        Map.put(params, key, pick(wrong(mode)))

      4 when foreign != [] ->
        foreign |> pick() |> then(fn {name, value} -> Map.put(params, name, value) end)

      4 ->
        Map.put(params, @extra, "x")

      _more when is_list(pool) and pool != [] ->
        Map.put(params, key, pick(pool))

      _more when pool != nil ->
        Map.put(params, key, value(pool, nil))

      _more ->
        Map.put(params, key, pick(@blanks))
    end
  end

  def blanks, do: @blanks
  def wrong(:form), do: @form_wrong
  def wrong(:json), do: @json_wrong

  @doc "Parameters as the mode sends them: everything as text in a form."
  def sent(:json, params), do: params
  def sent(:form, params), do: text(params)

  # Of a type that takes no text.
  defp text(struct) when is_struct(struct), do: struct

  defp text(params) when is_map(params),
    do: Map.new(params, fn {key, item} -> {key, text(item)} end)

  defp text([item | _] = items) when is_map(item) and not is_struct(item) do
    for {item, index} <- Enum.with_index(items), into: %{}, do: {to_string(index), text(item)}
  end

  defp text(items) when is_list(items), do: Enum.map(items, &text/1)
  defp text(nil), do: ""
  defp text(value) when is_binary(value), do: value
  defp text(value), do: to_string(value)

  # ---- shrinking

  @doc "Simpler parameters than these, the simplest steps first."
  def simpler(struct) when is_struct(struct), do: []

  def simpler(params) when is_map(params) do
    without = for key <- Enum.sort(Map.keys(params)), do: Map.delete(params, key)

    simpler =
      for {key, value} <- Enum.sort(params), other <- simpler_value(value), other !== value do
        Map.put(params, key, other)
      end

    without ++ simpler
  end

  defp simpler_value(value) when is_map(value), do: simpler(value)

  defp simpler_value(value) when is_list(value) do
    at = Enum.with_index(value)

    for({_item, index} <- at, do: List.delete_at(value, index)) ++
      for {item, index} <- at,
          other <- simpler_value(item),
          do: List.replace_at(value, index, other)
  end

  defp simpler_value(value) when is_binary(value) do
    length = String.length(value)
    first = String.first(value) || ""

    Enum.uniq(
      for(simple <- ["", "a", "0", "1"], String.length(simple) < length, do: simple) ++
        for(size <- [div(length, 2), length - 1], size > 0, do: String.slice(value, 0, size)) ++
        if(length > 1,
          do: [String.duplicate("a", length), String.duplicate(first, length)],
          else: []
        )
    )
    |> Enum.filter(&(complexity(&1) < complexity(value)))
  end

  defp simpler_value(value) when is_integer(value),
    do: for(simple <- [0, 1, div(value, 2)], abs(simple) < abs(value), do: simple)

  defp simpler_value(value) when is_float(value), do: [trunc(value)]
  defp simpler_value(_value), do: []

  @doc "How much there is to read in parameters."
  def complexity(struct) when is_struct(struct), do: 20

  def complexity(params) when is_map(params),
    do: params |> Enum.map(fn {_key, item} -> 3 + complexity(item) end) |> Enum.sum()

  def complexity(items) when is_list(items),
    do: 1 + (items |> Enum.map(&complexity/1) |> Enum.sum())

  def complexity(text) when is_binary(text) do
    graphemes = String.graphemes(text)
    2 * length(graphemes) + length(Enum.uniq(graphemes)) + div(byte_size(text), 2)
  end

  def complexity(number) when is_number(number), do: abs(number)
  def complexity(_value), do: 1
end
