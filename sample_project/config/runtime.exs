import Config

database_url = System.get_env("DATABASE_URL")

if config_env() == :prod and is_nil(database_url) do
  raise "DATABASE_URL is missing, for example ecto://USER:PASS@HOST/DATABASE"
end

if database_url do
  config :app, App.Repo, url: database_url
end

if config_env() == :prod do
  config :app, App.Repo, pool_size: String.to_integer(System.get_env("POOL_SIZE", "10"))
end
