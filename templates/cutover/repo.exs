# The one repo of the proof: it has no configuration but what it is given.

defmodule AshScaffold.Cutover.Repo do
  use Ecto.Repo, otp_app: :ash_scaffold, adapter: Ecto.Adapters.Postgres
end
