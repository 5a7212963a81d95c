defmodule App.Accounts.Password do
  @moduledoc """
  Password hashes as `$pbkdf2-sha512$<iterations>$<salt>$<hash>`.
  """

  @salt_size 16
  @hash_size 64

  @spec hash(String.t()) :: String.t()
  def hash(password) do
    salt = :crypto.strong_rand_bytes(@salt_size)
    iterations = iterations()

    Enum.join(
      [
        "$pbkdf2-sha512",
        Integer.to_string(iterations),
        Base.encode64(salt, padding: false),
        Base.encode64(derive(password, salt, iterations), padding: false)
      ],
      "$"
    )
  end

  @spec verify(String.t(), String.t()) :: boolean()
  def verify(password, hashed_password) do
    with ["", "pbkdf2-sha512", iterations, salt, hash] <- String.split(hashed_password, "$"),
         {iterations, ""} <- Integer.parse(iterations),
         {:ok, salt} <- Base.decode64(salt, padding: false),
         {:ok, hash} when byte_size(hash) == @hash_size <- Base.decode64(hash, padding: false) do
      :crypto.hash_equals(derive(password, salt, iterations), hash)
    else
      _ -> false
    end
  end

  @doc """
  Spends the time of a `verify/2` and returns false.
  """
  @spec no_user_verify() :: false
  def no_user_verify do
    derive("", :binary.copy(<<0>>, @salt_size), iterations())
    false
  end

  defp derive(password, salt, iterations) do
    :crypto.pbkdf2_hmac(:sha512, password, salt, iterations, @hash_size)
  end

  defp iterations do
    :app |> Application.fetch_env!(__MODULE__) |> Keyword.fetch!(:iterations)
  end
end
