defmodule App.Accounts.UserNotifier do
  @moduledoc """
  Writes the mails of `App.Accounts`. Sending them is up to the caller.
  """

  alias App.Accounts.User

  @type email :: %{to: String.t(), subject: String.t(), text_body: String.t()}

  @spec confirmation_instructions(User.t(), String.t()) :: email()
  def confirmation_instructions(user, url) do
    compose(user, "Confirm your account", """
    Please confirm your account by visiting this link:

    #{url}

    If you didn't create an account with us, please ignore this mail.
    """)
  end

  @spec reset_password_instructions(User.t(), String.t()) :: email()
  def reset_password_instructions(user, url) do
    compose(user, "Choose a new password", """
    You can choose a new password here:

    #{url}

    The link works for one day. If you didn't ask for it, please ignore this mail.
    """)
  end

  @spec update_email_instructions(User.t(), String.t()) :: email()
  def update_email_instructions(user, url) do
    compose(user, "Confirm your new address", """
    Please confirm that this is your new address:

    #{url}

    If you didn't ask for the change, please ignore this mail.
    """)
  end

  defp compose(user, subject, body) do
    %{to: user.email, subject: subject, text_body: "Hi #{user.email},\n\n" <> body}
  end
end
