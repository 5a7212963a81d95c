defmodule App.Workers.Prune do
  @moduledoc """
  Runs every night: deletes tokens and log rows that nobody needs any more.
  """

  alias App.Repo

  def run(keep_days \\ 90) do
    %{num_rows: tokens} =
      Repo.query!(
        "DELETE FROM users_tokens WHERE inserted_at < now() - make_interval(days => $1)",
        [keep_days]
      )

    %{num_rows: attempts} =
      Repo.query!(
        "DELETE FROM login_attempts WHERE attempted_at < now() - make_interval(days => $1)",
        [keep_days]
      )

    %{tokens: tokens, login_attempts: attempts}
  end
end
