defmodule App.Billing do
  use Ash.Domain

  resources do
    resource App.Billing.Coupon
    resource App.Billing.Customer
    resource App.Billing.Invoice
    resource App.Billing.InvoiceLine
    resource App.Billing.LedgerAccount
    resource App.Billing.LedgerEntry
    resource App.Billing.Order
    resource App.Billing.OrderLine
    resource App.Billing.Payment
    resource App.Billing.Plan
    resource App.Billing.Subscription
    resource App.Billing.UnpaidInvoice
    resource App.Billing.WebhookEvent
  end
end
