import Config

config :app,
  ecto_repos: [App.Repo],
  ash_domains: [App.Accounts.Domain, App.Billing, App.Blog]

# Work factor of App.Accounts.Password.
config :app, App.Accounts.Password, iterations: 210_000

config :logger, :console,
  format: "$time $metadata[$level] $message\n",
  metadata: [:request_id]

import_config "#{config_env()}.exs"
