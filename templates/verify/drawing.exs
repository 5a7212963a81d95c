# The inputs of one action in one mode: which fields the function takes, some inputs that it accepts, and
# from those each value alone and several mutations at once. Everything is drawn by the seed.

defmodule AshScaffold.Verify.Drawing do
  alias AshScaffold.Verify.{Bases, Inputs, Sides}

  # How many draws a valid input may take, and how many are kept.
  @draws 300
  @kept 8

  # The keys that the function takes, those that it doesn't (with a value each), and the pools.
  def fields(c, bases) do
    types = c.schema.__changeset__()

    inputs =
      for each <- Ash.Resource.Info.action_inputs(c.resource, c.action.name),
          is_atom(each),
          do: to_string(each)

    pools =
      for {field, type} <- Enum.sort(types),
          to_string(field) not in c.leave_out,
          into: %{},
          do:
            {to_string(field),
             castable(
               Inputs.pool(field, type, Bases.pointed(c, field), Bases.existing(c, field)),
               c,
               field,
               type
             )}

    {taken, rules} = probed(c, bases, pools)
    usual = pools

    pools =
      Enum.reduce(rules, pools, fn {field, rule}, pools ->
        key = to_string(field)

        case rule do
          {:confirmation, _options} ->
            Map.put(pools, key <> "_confirmation", Map.get(pools, key, ["x"]))

          {:nested, child, rule} ->
            nested_rule(pools, key, child, rule)

          rule ->
            if Map.has_key?(pools, key),
              do: Map.update!(pools, key, &Inputs.at_bounds(&1, rule)),
              else: Map.put(pools, key, Inputs.at_bounds([true], rule))
        end
      end)

    pools = Map.new(pools, fn {key, pool} -> {key, with_literals(c, pool)} end)
    confirmations = for {field, {:confirmation, _}} <- rules, do: "#{field}_confirmation"
    acceptances = for {field, {:acceptance, _}} <- rules, do: to_string(field)
    ash = for each <- inputs, key = c.back[each] || each, Map.has_key?(pools, key), do: key

    keys =
      (taken ++ ash ++ confirmations ++ acceptances)
      |> Enum.uniq()
      |> Enum.filter(&(Map.has_key?(pools, &1) and &1 not in c.leave_out))
      |> Enum.sort()

    foreign =
      for {key, pool} <- Enum.sort(pools),
          key not in keys,
          is_list(pool),
          value <- Enum.take(pool, 1),
          do: {key, value}

    {keys, foreign, Map.take(pools, keys), mined(usual, pools)}
  end

  # A type that takes none of that takes what rows have, or spans and the like as they are.
  defp castable(pool, c, field, type) when is_list(pool) do
    if Enum.any?(pool, &match?({:ok, value} when value != nil, Bases.cast(type, &1))) do
      pool
    else
      own = [%Postgrex.Interval{months: 1, days: 2, secs: 3}]

      found =
        if MapSet.member?(c.secret, to_string(field)),
          do: [],
          else: Bases.known(c, c.schema, field)

      for(value <- found ++ own, {:ok, _} <- [Bases.cast(type, value)], do: value) ++ pool
    end
  end

  defp castable(pool, _c, _field, _type), do: pool

  # What the function's own rules and literals gave.
  defp mined(usual, pools) do
    for {key, pool} <- pools, into: %{} do
      case {pool, usual[key]} do
        {{_, found}, {_, known}} ->
          {key,
           for(
             {child, values} <- mined(known, found),
             value <- values,
             do: {:nested, child, value}
           )}

        {found, known} when is_list(found) ->
          {key, found -- List.wrap(known)}

        _other ->
          {key, []}
      end
    end
  end

  defp nested_rule(pools, key, child, rule) do
    case pools[key] do
      {cardinality, %{} = children} ->
        child = to_string(child)

        children =
          if Map.has_key?(children, child),
            do: Map.update!(children, child, &Inputs.at_bounds(&1, rule)),
            else: children

        Map.put(pools, key, {cardinality, children})

      _none ->
        pools
    end
  end

  defp with_literals(_c, {cardinality, pools}), do: {cardinality, pools}

  defp with_literals(c, pool),
    do: Enum.uniq(pool ++ Enum.flat_map(c.literals, &Inputs.from_literal(&1, pool)))

  # Call the function with one field at a time, then with all: what it takes, and its validations.
  def probed(c, bases, pools) do
    base = hd(bases)
    key = {__MODULE__, :probed, c.id, c.kind}

    with nil <- Process.get(key) do
      singles = for {name, pool} <- Enum.sort(pools), value <- probes(pool), do: %{name => value}

      several =
        for number <- 1..12 do
          Inputs.seed(0, c.id, number)

          for {name, pool} <- Enum.sort(pools),
              Inputs.chance(70),
              into: %{},
              do: {name, Inputs.value(pool, nil)}
        end

      answers =
        for params <- singles ++ several,
            base <- [base | Enum.take(bases, -1)] |> Enum.uniq(),
            %{changeset: changeset} <- [Sides.legacy(%{c | checked_only: true}, params, base)],
            do: {params, changeset}

      taken =
        for {params, changeset} <- answers,
            {name, _value} <- params,
            takes?(changeset, name, map_size(params) == 1),
            uniq: true,
            do: name

      rules = for {_params, changeset} <- answers, rule <- rules(changeset), uniq: true, do: rule
      Process.put(key, {taken, rules})
      {taken, rules}
    end
  end

  defp probes({_cardinality, _pools} = pool),
    do: [Inputs.value(pool, nil), "no such thing", Inputs.value(pool, nil)]

  defp probes(pool), do: Enum.take(pool, 4) ++ [%{"no" => "such"}]

  defp takes?(changeset, name, alone?) do
    (Enum.any?(changeset.changes, fn {field, _value} -> to_string(field) == name end) and alone?) or
      Enum.any?(changeset.errors, fn {field, {_message, options}} ->
        to_string(field) == name and
          options[:validation] in [:cast, :assoc, :embed, :length, :format]
      end)
  end

  defp rules(changeset) do
    own = for {field, rule} <- changeset.validations, is_tuple(rule), do: {field, rule}

    nested =
      for {field, value} <- changeset.changes,
          child <- List.wrap(value),
          is_struct(child, Ecto.Changeset),
          {name, rule} <- child.validations,
          is_tuple(rule),
          do: {field, {:nested, name, rule}}

    own ++ nested
  end

  # Some inputs that the legacy side takes, and the values of them by key.
  def valid(drawing) do
    Enum.reduce_while(1..@draws, {[], %{}, nil}, fn draw, {valid, good, last} ->
      Inputs.seed(drawing.seed, {drawing.c.id, drawing.mode}, draw)
      input = redrawn(drawing, last, good)

      answer =
        Sides.legacy(
          %{drawing.c | checked_only: true},
          Inputs.sent(drawing.mode, input.params),
          input.base
        )

      wrong = wrong(answer)

      fine =
        for {key, value} <- input.params, wrong != :all and key not in wrong, do: {key, value}

      good =
        Enum.reduce(fine, good, fn {key, value}, good ->
          Map.update(good, key, [value], &Enum.take(Enum.uniq([value | &1]), 12))
        end)

      cond do
        answer.outcome == :ok and length(valid) + 1 >= @kept ->
          {:halt, {[input | valid], good, nil}}

        answer.outcome == :ok ->
          {:cont, {[input | valid], good, nil}}

        rem(draw, 40) == 0 ->
          {:cont, {valid, good, nil}}

        true ->
          {:cont, {valid, good, {input, wrong}}}
      end
    end)
    |> then(fn {valid, good, _last} -> {Enum.reverse(valid), good} end)
  end

  defp wrong(%{outcome: :raised}), do: :all
  defp wrong(answer), do: answer.errors |> Enum.map(&hd(&1.path ++ [""])) |> Enum.uniq()

  defp redrawn(drawing, nil, _good) do
    base = Inputs.pick(drawing.bases)

    params =
      for key <- drawing.keys, Inputs.chance(92), into: %{}, do: {key, drawn(drawing, key, base)}

    %{params: confirmed(drawing, params), base: varied(drawing, base)}
  end

  defp redrawn(drawing, {_input, :all}, good), do: redrawn(drawing, nil, good)

  defp redrawn(drawing, {input, wrong}, good) do
    known = Enum.filter(wrong, &(&1 in drawing.keys))
    again = if known == [], do: Enum.take_random(drawing.keys, 2), else: known

    params =
      Enum.reduce(again, input.params, fn key, params ->
        cond do
          Inputs.chance(20) -> Map.delete(params, key)
          Inputs.chance(50) and good[key] != nil -> Map.put(params, key, Inputs.pick(good[key]))
          true -> Map.put(params, key, drawn(drawing, key, input.base))
        end
      end)

    %{input | params: confirmed(drawing, params)}
  end

  defp drawn(drawing, key, base), do: Inputs.value(drawing.pools[key], base.children[key])

  defp confirmed(drawing, params) do
    Enum.reduce(drawing.confirmed, params, fn key, params ->
      if Map.has_key?(params, key) and Inputs.chance(85),
        do: Map.put(params, key <> "_confirmation", params[key]),
        else: params
    end)
  end

  # Now and then a row has what today's rules don't allow.
  defp varied(%{c: %{kind: :update}} = drawing, base) do
    if Inputs.chance(20), do: varied_in(drawing, base, Inputs.pick(drawing.keys)), else: base
  end

  defp varied(_drawing, base), do: base

  defp varied_in(%{c: %{kind: :update} = c} = drawing, base, field) do
    name = field && Enum.find(c.schema.__schema__(:fields), &(to_string(&1) == field))

    if name != nil and is_list(drawing.pools[field]) and
         not Map.has_key?(c.struct, name) do
      type = c.schema.__schema__(:type, name)

      case Bases.cast(type, Inputs.pick(["" | drawing.pools[field]])) do
        {:ok, value} when value != nil ->
          %{base | variation: Map.put(base.variation, name, value)}

        _none ->
          base
      end
    else
      base
    end
  end

  defp varied_in(_drawing, base, _field), do: base

  # First each value of each pool alone in a valid input, then such with up to three mutations.
  def inputs(drawing, count) do
    Inputs.seed(drawing.seed, {drawing.c.id, drawing.mode, :inputs}, 0)
    alone = drawing |> alone() |> Enum.take(max(div(count * 7, 10), 1))
    plain = Enum.take(drawing.valid, count)
    tried = Enum.take(plain ++ alone, count)

    random =
      for number <- (length(tried) + 1)..count//1 do
        Inputs.seed(drawing.seed, {drawing.c.id, drawing.mode, :inputs}, number)
        start = start(drawing)
        params = mixed(drawing, start)

        params =
          Enum.reduce(1..Enum.random(0..3)//1, params, fn _mutation, params ->
            key =
              Inputs.pick(drawing.keys ++ if(drawing.keys == [], do: ["not_a_field"], else: []))

            Inputs.mutated(drawing.mode, key, drawing.pools, params, drawing.foreign)
          end)

        %{params: params, base: varied(drawing, start.base)}
      end

    tried ++ random
  end

  defp start(drawing), do: Inputs.pick(drawing.valid) || redrawn(drawing, nil, drawing.good)

  defp mixed(drawing, start) do
    params =
      for {key, value} <- start.params, into: %{} do
        cond do
          Inputs.chance(35) and drawing.good[key] != nil -> {key, Inputs.pick(drawing.good[key])}
          Inputs.chance(15) -> {key, drawn(drawing, key, start.base)}
          true -> {key, value}
        end
      end

    confirmed(drawing, params)
  end

  # What the function itself names comes first, then the usual values in any order.
  defp alone(drawing) do
    named = for key <- drawing.keys, value <- drawing.mined[key] || [], do: {key, value}
    missing = for key <- drawing.keys, do: {key, :missing}
    blank = for key <- drawing.keys, value <- Inputs.blanks(), do: {key, value}
    usual = for key <- drawing.keys, value <- single(drawing.pools[key]), do: {key, value}
    first = Enum.shuffle(named ++ missing ++ blank)

    for {key, value} <- Enum.uniq(first ++ drawing.foreign ++ Enum.shuffle(usual)) do
      start = start(drawing)

      params =
        case value do
          :missing ->
            Map.delete(start.params, key)

          {:nested, child, value} ->
            Map.put(
              start.params,
              key,
              with_child(start.params[key], child, value, drawing.pools[key])
            )

          # An update is often given but one field.
          value when drawing.c.kind == :update ->
            if Inputs.chance(40), do: %{key => value}, else: Map.put(start.params, key, value)

          value ->
            Map.put(start.params, key, value)
        end

      params = if key in drawing.confirmed, do: confirmed(drawing, params), else: params
      base = if Inputs.chance(25), do: varied_in(drawing, start.base, key), else: start.base
      %{params: params, base: base, bound: if({key, value} in first, do: {key, value})}
    end
  end

  defp single({_cardinality, pools}) do
    for(
      {child, pool} <- Enum.sort(pools),
      is_list(pool),
      value <- Enum.uniq(pool) ++ [:missing | Inputs.blanks()],
      do: {:nested, child, value}
    ) ++
      ["", nil, [], %{}, "text"]
  end

  defp single(pool), do: Enum.uniq(pool ++ Inputs.blanks())

  defp with_child([first | rest], child, value, _pools) when is_map(first),
    do: [put_child(first, child, value) | rest]

  defp with_child(%{} = one, child, value, {:one, _pools}), do: put_child(one, child, value)

  defp with_child(_none, child, value, {:one, pools}),
    do: put_child(Inputs.value({:one, pools}, nil), child, value)

  defp with_child(_none, child, value, {_many, pools}),
    do: [put_child(Inputs.value({:one, pools}, nil), child, value)]

  defp put_child(params, child, :missing), do: Map.delete(params, child)
  defp put_child(params, child, value), do: Map.put(params, child, value)
end
