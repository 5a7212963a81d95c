defmodule App.Job do
  use Ecto.Schema

  schema "jobs" do
    field :state, Ecto.Enum, values: [:new, :done]
    field :plan, Ecto.Enum, values: [free: "F", pro: "P"]
    field :priority, Ecto.Enum, values: [low: 1, high: 5]
    field :level, Ecto.Enum, values: [first: 1]
    field :flags, {:array, Ecto.Enum}, values: [:a, :b]
    field :ranks, {:array, Ecto.Enum}, values: [x: 1, y: 2]
    field :answer, Ecto.Enum, values: [true: "yes", false: "no"]
    field :plain, Ecto.Enum, values: [:a]
    field :fixed, Ecto.Enum, values: [:abc]
    field :mood, Ecto.Enum, values: [so_so: "so so", happy: "happy"]
    field :moods, {:array, Ecto.Enum}, values: [so_so: "so so"]
    field :one, Ecto.Enum, values: [red: "r", green: "g"]
    field :two, Ecto.Enum, values: [rot: "r"]
  end
end
