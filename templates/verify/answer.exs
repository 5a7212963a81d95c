# Answers as JSON lines, written without any library: the project may have none.

defmodule AshScaffold.Verify.Answer do
  @file_key {__MODULE__, :file}

  def open(path), do: :persistent_term.put(@file_key, path)

  # Opened for every line: what is written stays, however the script dies.
  def put(map) do
    File.write!(:persistent_term.get(@file_key), [json(map), ?\n], [:append])
  end

  # Only what kind of error it is, and where: its message may hold a row's values.
  def failed(error, stacktrace) do
    put(%{event: "failed", error: kind(error), at: at(stacktrace)})
  end

  def kind(%{__exception__: true, __struct__: module}), do: inspect(module)
  def kind({:error, reason}), do: kind(reason)
  def kind({kind, _reason}) when is_atom(kind), do: inspect(kind)
  def kind(other) when is_atom(other), do: inspect(other)
  def kind(_other), do: "an error"

  defp at([{module, function, arity, place} | _rest]) do
    arity = if is_list(arity), do: length(arity), else: arity
    "#{inspect(module)}.#{function}/#{arity} line #{place[:line]}"
  end

  defp at(_stacktrace), do: ""

  def json(nil), do: "null"
  def json(true), do: "true"
  def json(false), do: "false"
  def json(value) when is_atom(value), do: string(Atom.to_string(value))
  def json(value) when is_integer(value), do: Integer.to_string(value)
  def json(value) when is_float(value), do: Float.to_string(value)
  def json(value) when is_binary(value), do: string(value)
  def json(value) when is_list(value), do: [?[, value |> Enum.map(&json/1) |> commas(), ?]]

  def json(value) when is_map(value) do
    pairs =
      value
      |> Enum.sort()
      |> Enum.map(fn {key, item} -> [json(to_string(key)), ?:, json(item)] end)

    [?{, commas(pairs), ?}]
  end

  defp commas(items), do: Enum.intersperse(items, ?,)

  defp string(text) do
    text = if String.valid?(text), do: text, else: inspect(text)
    [?", for(<<char::utf8 <- text>>, do: char(char)), ?"]
  end

  defp char(?"), do: "\\\""
  defp char(?\\), do: "\\\\"
  defp char(char) when char < 0x20 or char == 0x7F, do: [?\\, ?u, hex(char)]
  defp char(char), do: <<char::utf8>>

  defp hex(char), do: char |> Integer.to_string(16) |> String.pad_leading(4, "0")
end
