defmodule App.Repo.Migrations.CreateWebhookEvents do
  use Ecto.Migration

  # What the payment gateway's Prisma client expects.

  def up do
    execute ~s|CREATE TYPE "WebhookSource" AS ENUM ('STRIPE', 'PAYPAL')|

    execute """
    CREATE TABLE "WebhookEvent" (
      "id" text NOT NULL,
      "source" "WebhookSource" NOT NULL DEFAULT 'STRIPE',
      "eventId" text NOT NULL,
      "eventType" text NOT NULL,
      "payload" jsonb NOT NULL,
      "customerId" bigint,
      "attemptCount" integer NOT NULL DEFAULT 0,
      "lastError" text,
      "receivedAt" timestamp(3) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
      "processedAt" timestamp(3) without time zone,
      "updatedAt" timestamp(3) without time zone NOT NULL,
      CONSTRAINT "WebhookEvent_pkey" PRIMARY KEY ("id"),
      CONSTRAINT "WebhookEvent_customerId_fkey" FOREIGN KEY ("customerId")
        REFERENCES customers (id) ON DELETE SET NULL ON UPDATE CASCADE
    )
    """

    execute """
    CREATE UNIQUE INDEX "WebhookEvent_source_eventId_key" ON "WebhookEvent" ("source", "eventId")
    """
  end

  def down do
    drop table("WebhookEvent")
    execute ~s|DROP TYPE "WebhookSource"|
  end
end
