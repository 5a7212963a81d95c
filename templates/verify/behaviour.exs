# Asks changeset functions of the legacy code and the actions that were made of them the same
# questions, and tells where their answers differ.

defmodule AshScaffold.Verify.Behaviour do
  alias AshScaffold.Verify.{Answer, Bases, Cases, Connect, Drawing, Inputs, Shown, Sides, Subject}
  alias Ecto.Adapters.SQL.Sandbox

  @shrink_steps 150
  @shrunk_of_a_kind 1
  # Seconds that one input may take on both sides.
  @patience 30

  def run(request) do
    app = Mix.Project.config()[:app]
    start_dependencies(app)
    listed = Application.get_env(app, :ash_domains, [])
    Answer.put(%{event: "domains", listed: for(domain <- listed, do: inspect(domain))})

    domains =
      for domain <- listed, resource <- Ash.Domain.Info.resources(domain), into: %{} do
        {inspect(resource), {domain, resource}}
      end

    asked = for {_name, each} <- request.behaviour[:actions], do: Map.new(each)

    found =
      for each <- asked,
          {domain, resource} <- [domains[each.resource]],
          do: {each, domain, resource}

    for each <- asked, domains[each.resource] == nil do
      skip(each, "no domain of ash_domains lists #{each.resource}")
    end

    repos = found |> Enum.map(fn {_, _, resource} -> Connect.repo(resource) end) |> Enum.uniq()
    for repo <- repos, do: Answer.put(Connect.start(repo, request))

    others =
      for repo <- Application.get_env(app, :ecto_repos, []) -- repos,
          also(repo, request),
          do: repo

    for repo <- repos ++ others, do: Sandbox.mode(repo, :manual)
    for {_each, _domain, resource} <- found, do: Connect.start_vaults(resource)
    options = Map.new(request.behaviour)
    for {each, domain, resource} <- found, do: compared(each, domain, resource, others, options)
  end

  # What the project's own application starts stays out, what it depends on is there.
  defp start_dependencies(app) do
    Application.load(app)

    for each <- Application.spec(app, :applications) || [],
        do: Application.ensure_all_started(each)
  end

  # A further repo of the legacy code, when it leads to the same database.
  defp also(repo, request) do
    Code.ensure_loaded?(repo) and function_exported?(repo, :__adapter__, 0) and
      repo.__adapter__() == Ecto.Adapters.Postgres and Connect.start_plain(repo, request)
  end

  defp compared(each, domain, resource, others, options) do
    case Subject.subject(each, domain, resource, others, options) do
      {:error, why} ->
        skip(each, why)

      {:ok, c} ->
        Answer.put(Map.put(Subject.place(c), :event, "begun"))
        for mode <- options.modes, do: watched(c, mode, options)
    end
  end

  defp skip(each, why) do
    answer = %{
      event: "behaviour",
      resource: each.resource,
      table: Tuple.to_list(each.table),
      action: each.action
    }

    Answer.put(
      Map.merge(answer, if(is_map(why), do: %{skipped: "", unknown: why}, else: %{skipped: why}))
    )
  end

  # A function that doesn't come back is killed with its process, and its transaction with that.
  defp watched(c, mode, options) do
    parent = self()
    begun = System.monotonic_time(:millisecond)

    {worker, monitor} =
      spawn_monitor(fn -> send(parent, {:result, job(parent, c, mode, options)}) end)

    state = %{at: nil, groups: %{}, inputs: 0}
    result = follow(worker, monitor, state)
    took = System.monotonic_time(:millisecond) - begun

    Answer.put(
      Map.merge(
        Subject.place(c),
        Map.merge(%{event: "behaviour", mode: mode, milliseconds: took}, result)
      )
    )
  end

  defp follow(worker, monitor, state) do
    receive do
      {:result, result} ->
        Process.demonitor(monitor, [:flush])
        result

      {:at, input} ->
        follow(worker, monitor, %{state | at: input})

      {:DOWN, ^monitor, :process, ^worker, reason} ->
        %{stopped: "it stopped with #{stop(reason)}"}
    after
      @patience * 1000 ->
        Process.exit(worker, :kill)
        Process.demonitor(monitor, [:flush])
        shown = state.at && " with #{state.at}"
        %{stopped: "no answer within #{@patience} seconds#{shown}"}
    end
  end

  defp stop({%{__exception__: true} = error, [{module, function, _arity, place} | _rest]}),
    do: "#{Answer.kind(error)} in #{inspect(module)}.#{function} line #{place[:line]}"

  defp stop(reason), do: Answer.kind(reason)

  defp job(parent, c, mode, options) do
    Inputs.seed(options.seed, {c.id, :rows}, 0)

    c =
      c |> Bases.with_preloads() |> Bases.with_seeds() |> Bases.with_struct() |> Bases.with_rows()

    bases = Bases.bases(c)
    c = %{c | known_keys: Bases.known_keys(c, bases)}
    {keys, foreign, pools, mined} = Drawing.fields(c, bases)

    confirmed =
      for {field, {:confirmation, _}} <- elem(Drawing.probed(c, bases, pools), 1),
          do: to_string(field)

    drawing = %{
      c: c,
      mode: mode,
      seed: options.seed,
      keys: keys,
      foreign: foreign,
      pools: pools,
      mined: mined,
      bases: bases,
      confirmed: confirmed,
      parent: parent
    }

    {valid, good} = Drawing.valid(drawing)
    drawing = Map.merge(drawing, %{valid: valid, good: good})
    inputs = Drawing.inputs(drawing, options.inputs)
    state = %{groups: %{}, counts: %{}, accepted: 0, unsteady: [], cases: []}
    state = Enum.reduce(inputs, state, &one(drawing, &1, &2, options))

    %{
      inputs: length(inputs),
      accepted: state.accepted,
      agreed: Map.get(state.counts, "agree", 0),
      keys: keys,
      unsteady: state.unsteady,
      groups: for({_key, group} <- Enum.sort(state.groups), do: Shown.told(drawing, group)),
      cases: if(options.cases, do: Cases.cases(drawing, state), else: [])
    }
  end

  defp one(drawing, input, state, options) do
    c = %{drawing.c | unsteady: state.unsteady}
    send(drawing.parent, {:at, Shown.shown_input(drawing, input)})
    {legacy, ash, difference, unsteady} = asked(c, drawing.mode, input)
    state = %{state | unsteady: Enum.uniq(state.unsteady ++ unsteady)}
    state = if legacy.outcome == :ok, do: %{state | accepted: state.accepted + 1}, else: state
    class = if difference, do: elem(difference, 0), else: "agree"
    state = %{state | counts: Map.update(state.counts, class, 1, &(&1 + 1))}

    cond do
      difference == nil and options.cases ->
        %{state | cases: Cases.remembered(drawing, state.cases, input, legacy)}

      difference == nil ->
        state

      true ->
        key = {class, elem(difference, 1)}
        group = Map.get(state.groups, key, %{key: key, count: 0, best: nil})

        group =
          if group.count < @shrunk_of_a_kind,
            do: %{
              group
              | best:
                  better(
                    group.best,
                    shrunk(
                      %{c | unsteady: state.unsteady},
                      drawing.mode,
                      input,
                      key,
                      {legacy, ash, difference}
                    )
                  )
            },
            else: group

        %{state | groups: Map.put(state.groups, key, %{group | count: group.count + 1})}
    end
  end

  # Where the written values differ, the legacy side is asked again: what it writes otherwise each
  # time (a token, a salted hash) can't be compared.
  defp asked(c, mode, input) do
    params = Inputs.sent(mode, input.params)
    legacy = Sides.legacy(c, params, input.base)
    ash = Sides.ash(c, params, input.base)

    case Sides.compare(c, legacy, ash) do
      {"values", _columns, _shown} = difference ->
        again = Sides.legacy(c, params, input.base)

        case again.outcome == :ok && Sides.unsteady(c, legacy, again) do
          [_ | _] = columns ->
            columns = columns -- c.unsteady
            c = %{c | unsteady: c.unsteady ++ columns}
            {legacy, ash, Sides.compare(c, legacy, ash), columns}

          _none ->
            {legacy, ash, difference, []}
        end

      difference ->
        {legacy, ash, difference, []}
    end
  end

  defp better(nil, found), do: found

  defp better(best, found) do
    if size(found) < size(best), do: found, else: best
  end

  defp size({input, _answers}),
    do: Inputs.complexity(input.params) + map_size(input.base.variation)

  defp shrunk(c, mode, input, key, answers),
    do: shrink(c, mode, key, {input, answers}, @shrink_steps)

  defp shrink(_c, _mode, _key, best, left) when left <= 0, do: best

  defp shrink(c, mode, key, {input, _answers} = best, left) do
    simpler =
      for(params <- Inputs.simpler(input.params), do: %{input | params: params}) ++
        for {field, _value} <- Enum.sort(input.base.variation),
            not Map.has_key?(c.struct, field),
            not Map.get(input.base, :synthetic, false) do
          %{input | base: %{input.base | variation: Map.delete(input.base.variation, field)}}
        end

    simpler
    |> Enum.reduce_while({:none, left}, fn candidate, {:none, left} ->
      {legacy, ash, difference, _unsteady} = asked(c, mode, candidate)

      cond do
        difference != nil and {elem(difference, 0), elem(difference, 1)} == key ->
          {:halt, {{candidate, {legacy, ash, difference}}, left - 1}}

        left <= 1 ->
          {:halt, {:none, 0}}

        true ->
          {:cont, {:none, left - 1}}
      end
    end)
    |> case do
      {:none, _left} -> best
      {better, left} -> shrink(c, mode, key, better, left)
    end
  end
end
