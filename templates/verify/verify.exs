# Asks the compiled resources of a mix project what they say, and reads rows through them.
#
# Run as `mix run --no-compile --no-start verify.exs` in the project. ASH_SCAFFOLD_REQUEST names a
# file that holds the request as an Elixir term. Answers go to the file that the request names, one
# JSON object a line, so that whatever the project prints doesn't matter. The last is "end".

defmodule AshScaffold.Verify do
  @apps [:crypto, :ssl, :telemetry, :ecto_sql, :postgrex, :ash, :ash_sql, :ash_postgres]

  def main do
    {request, _binding} = Code.eval_file(System.fetch_env!("ASH_SCAFFOLD_REQUEST"))
    request = Map.new(request)
    Code.require_file("answer.exs", __DIR__)
    answer = Module.concat(__MODULE__, Answer)
    answer.open(request.answer)

    try do
      run(answer, request)
    rescue
      error -> answer.failed(error, __STACKTRACE__)
    catch
      :throw, :stop -> :ok
      kind, reason -> answer.failed({kind, reason}, __STACKTRACE__)
    end

    answer.put(%{event: "end"})
  end

  defp run(answer, request) do
    answer.put(%{
      event: "project",
      elixir: System.version(),
      otp: System.otp_release(),
      ash: version(:ash, Ash.Domain.Info),
      ash_postgres: version(:ash_postgres, AshPostgres.DataLayer.Info)
    })

    if version(:ash, Ash.Domain.Info) == nil or
         version(:ash_postgres, AshPostgres.DataLayer.Info) == nil,
       do: throw(:stop)

    {names, main} =
      if request[:behaviour],
        do:
          {["values", "connect", "rows", "inputs", "sides"] ++
             ["subject", "bases", "drawing", "shown", "cases", "behaviour"], Behaviour},
        else: {["values", "connect", "violations", "writes", "rows", "describe"], Describe}

    for name <- names, do: Code.require_file("#{name}.exs", __DIR__)

    unless request[:behaviour], do: answer.put(Map.put(diagnostics(), :event, "compiled"))
    Application.put_env(:ash, :disable_async?, true)
    for app <- @apps, do: {:ok, _} = Application.ensure_all_started(app)
    # The modules are known only once the files above are loaded.
    apply(Module.concat(__MODULE__, main), :run, [request])
  end

  defp version(app, module) do
    Application.load(app)
    if Code.ensure_loaded?(module), do: to_string(Application.spec(app, :vsn))
  end

  # What the compiler remembers of a project that is compiled already.
  defp diagnostics do
    Mix.Task.reenable("compile")
    Mix.Task.reenable("compile.all")
    Mix.Task.reenable("compile.elixir")
    options = ["--return-errors", "--all-warnings", "--no-deps-check"]

    {status, found} =
      case Mix.Task.run("compile", options) do
        {status, found} -> {status, found}
        status -> {status, []}
      end

    %{
      status: to_string(status),
      warnings:
        for %{severity: severity, message: message, file: file, position: position} <- found do
          %{
            severity: to_string(severity),
            message: IO.iodata_to_binary(message),
            file: file,
            line: line(position)
          }
        end
    }
  end

  defp line({line, _column}), do: line
  defp line({line, _column, _end_line, _end_column}), do: line
  defp line(line) when is_integer(line), do: line
  defp line(_none), do: nil
end

AshScaffold.Verify.main()
