defmodule App.Billing do
  use Ash.Domain

  resources do
    resource App.Billing.Coupon

    resource App.Billing.Customer do
      define :update_customer, action: :update
    end

    resource App.Billing.Invoice do
      define :get_invoice, action: :read, get_by: [:year, :number]
      define :void_invoice, action: :void
    end

    resource App.Billing.InvoiceLine
    resource App.Billing.LedgerAccount
    resource App.Billing.LedgerEntry

    resource App.Billing.Order do
      define :cancel_order, action: :cancel
      define :get_order, action: :read, get_by: [:id]
      define :get_order_by_reference, action: :read, get_by: [:reference], not_found_error?: false
      define :set_order_status, action: :status
    end

    resource App.Billing.OrderLine
    resource App.Billing.Payment

    resource App.Billing.Plan do
      define :create_plan, action: :create
      define :get_plan, action: :read, get_by: [:code]
      define :update_plan, action: :update
    end

    resource App.Billing.Subscription do
      define :update_seats, action: :seats
    end

    resource App.Billing.UnpaidInvoice
    resource App.Billing.WebhookEvent
  end
end
