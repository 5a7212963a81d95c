defmodule App.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    children = [App.Repo]

    Supervisor.start_link(children, strategy: :one_for_one, name: App.Supervisor)
  end
end
