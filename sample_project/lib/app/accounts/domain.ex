defmodule App.Accounts.Domain do
  use Ash.Domain

  resources do
    resource App.Accounts.Resources.LoginAttempt
    resource App.Accounts.Resources.Profile

    resource App.Accounts.Resources.User do
      define :get_user, action: :read, get_by: [:id]
      define :get_user_by_email, action: :read, get_by: [:email], not_found_error?: false
      define :register_user, action: :registration
      define :sign_up, action: :sign_up
    end

    resource App.Accounts.Resources.UserToken
  end
end
