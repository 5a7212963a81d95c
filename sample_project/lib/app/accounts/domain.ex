defmodule App.Accounts.Domain do
  use Ash.Domain

  resources do
    resource App.Accounts.Resources.LoginAttempt
    resource App.Accounts.Resources.Profile
    resource App.Accounts.Resources.User
    resource App.Accounts.Resources.UserToken
  end
end
