defmodule Shop.Sales do
  @moduledoc "Events, tickets and who buys them."
  use Ash.Domain, otp_app: :shop, extensions: [AshAdmin.Domain]

  admin do
    show? true
  end

  resources do
    resource Shop.Sales.Org

    resource Shop.Sales.User do
      define :invite_user, action: :invite, args: [:email]
    end

    resource Shop.Sales.Venue
    resource Shop.Sales.Event
    resource Shop.Sales.Ticket
    resource Shop.Sales.Order
    resource Shop.Sales.OrderLine
    resource Shop.Sales.Tag
    resource Shop.Sales.EventTag
    resource Shop.Sales.Note
    resource Shop.Sales.Token
  end
end
