-- Rows to develop and test with, odd ones on purpose.
-- Load them into an empty database after structure.sql:
--
--     psql -v ON_ERROR_STOP=1 -f priv/repo/seeds.sql "$DATABASE_URL"

BEGIN;

SET LOCAL client_encoding = 'UTF8';
SET LOCAL TimeZone = 'UTC';

-- Everybody's password is: correct horse battery staple

INSERT INTO public.users
  (id, email, hashed_password, confirmed_at, inserted_at, updated_at, handle, role, last_sign_in_at, last_sign_in_ip)
VALUES
  (1, 'Ada@Example.com', '$pbkdf2-sha512$210000$LmoLwmlFR273x+srEpLCYg$QlNP91gmQZKxq+bkW4GroEQGg5scKmZ4Zp4uT5XoEIHO1B4i/l4ta2qwLszPQf0Pqil1BCQG4jU/v63veY7gjg',
   '2021-02-09 08:15:00', '2021-02-09 08:12:41', '2024-11-05 17:20:00', 'Ada', 'admin', '2025-03-18 06:59:59.123456+00', '203.0.113.7'),
  (2, 'grace@example.com', '$pbkdf2-sha512$210000$LmoLwmlFR273x+srEpLCYg$QlNP91gmQZKxq+bkW4GroEQGg5scKmZ4Zp4uT5XoEIHO1B4i/l4ta2qwLszPQf0Pqil1BCQG4jU/v63veY7gjg',
   '2021-02-10 12:00:00', '2021-02-10 11:58:03', '2021-02-10 12:00:00', 'grace_h', 'editor', '2024-02-29 23:59:59.999999+00', '2001:db8::42'),
  (3, 'ÖZGE@örnek.example', '$pbkdf2-sha512$210000$LmoLwmlFR273x+srEpLCYg$QlNP91gmQZKxq+bkW4GroEQGg5scKmZ4Zp4uT5XoEIHO1B4i/l4ta2qwLszPQf0Pqil1BCQG4jU/v63veY7gjg',
   '2022-06-30 22:00:01', '2022-06-30 21:59:59', '2023-01-01 00:00:00', 'özge', 'member', NULL, '198.51.100.0/24'),
  (4, 'o''brien+blog@example.com', '$pbkdf2-sha512$210000$LmoLwmlFR273x+srEpLCYg$QlNP91gmQZKxq+bkW4GroEQGg5scKmZ4Zp4uT5XoEIHO1B4i/l4ta2qwLszPQf0Pqil1BCQG4jU/v63veY7gjg',
   NULL, '2024-03-31 01:30:00', '2024-03-31 01:30:00', '', 'member', NULL, NULL),
  (5, 'nobody@example.com', '', NULL, '2024-12-31 23:59:59', '2024-12-31 23:59:59', NULL, 'member', NULL, NULL);

INSERT INTO public.users_tokens
  (id, user_id, token, context, sent_to, inserted_at, authenticated_at)
VALUES
  (1, 1, '\x00ff10e4c0ffee00112233445566778899aabbccddeeff0123456789abcdef00', 'session', NULL, '2025-03-18 06:59:59', '2025-03-18 06:59:59'),
  (2, 1, '\x5f3759df5f3759df5f3759df5f3759df5f3759df5f3759df5f3759df5f3759df', 'session', NULL, '2024-10-01 10:00:00', NULL),
  (3, 4, '\x9e107d9d372bb6826bd81d3542a419d69e107d9d372bb6826bd81d3542a419d6', 'confirm', 'o''brien+blog@example.com', '2024-03-31 01:30:00', NULL),
  (4, 2, '\x9e107d9d372bb6826bd81d3542a419d69e107d9d372bb6826bd81d3542a419d6', 'change:grace@example.com', 'Grace.Hopper@example.com', '2024-03-01 00:00:00', NULL),
  (5, 3, '\x', 'reset_password', '', '2023-07-14 09:26:53', NULL);

INSERT INTO public.user_profiles
  (user_id, display_name, bio, born_on, time_zone, digest_at, avatar_thumb, links, inserted_at, updated_at)
VALUES
  (1, 'Ada Lovelace', E'First line.\nSecond line, with a tab:\t#{not_interpolated} """ \\ ''quoted''.', '1815-12-10', 'Europe/London', '07:30:00',
   '\x89504e470d0a1a0a00', '[{"label": "Notes", "url": "https://example.com/notes"}, {"label": null, "url": "https://example.com/ü?q=1&r=%20"}]', '2021-02-09 08:20:00', '2024-11-05 17:20:00'),
  (2, '  Grace  ', '', '1906-12-09', 'America/New_York', '23:59:59', '\x', '[]', '2021-06-04 00:00:00', '2021-06-04 00:00:00'),
  (3, 'Özge 🧶 İ ı ﷽', E'\u200Fمرحبا\u200E e\u0301', '2000-02-29', 'Asia/Kathmandu', '00:00:00', NULL, '[{"label": "", "url": "http://örnek.example"}]', '2022-06-30 22:05:00', '2022-07-01 00:00:00'),
  (4, '', NULL, NULL, 'Etc/UTC', NULL, NULL, '[]', '2024-03-31 01:30:00', '2024-03-31 01:30:00');

INSERT INTO public.login_attempts
  (user_id, email, ip, user_agent, succeeded, attempted_at)
VALUES
  (1, 'ada@example.com', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64)', true, '2025-03-18 06:59:59.123456+00'),
  (1, 'ADA@EXAMPLE.COM', '203.0.113.7', NULL, false, '2025-03-18 06:59:41.000001+00'),
  (NULL, 'root', '::1', '', false, '2024-06-01 12:00:00+02'),
  (NULL, '', '10.0.0.0/8', E'curl/8.0\r\n', false, '1969-12-31 23:59:59.999999+00'),
  (2, 'grace@example.com', '2001:db8::/32', 'Lynx', true, '2024-02-29 23:59:59.999999+00'),
  -- Twice the same row: there is no key.
  (NULL, 'root', '::1', '', false, '2024-06-01 12:00:00+02');

INSERT INTO public.categories
  (id, name, slug, "position", boost, created_at, updated_at)
VALUES
  (1, 'Engineering', 'engineering', 0, 1, '2019-03-04 08:15:00.000001', '2019-03-04 08:15:00.000001'),
  (2, 'Kultur & Küche', 'kultur-kueche', -1, 0.1, '2019-03-04 08:16:30.5', '2020-02-29 23:59:59.999999'),
  (3, 'Empty on purpose', '', 32767, 1e-7, '2019-05-01 00:00:00', '2019-05-01 00:00:00');

INSERT INTO public.support_tickets
  (id, requester_id, assignee_id, subject, body, priority, labels, closed_at, created_at, updated_at)
VALUES
  (1, 2, 1, 'Invoice without VAT number', 'Please add it.', 2, '{billing,"needs, reply"}', NULL, '2024-05-06 07:08:09.101112', '2024-05-06 07:08:09.101112'),
  (2, 3, NULL, '', NULL, 0, '{}', '2022-07-02 10:00:00', '2022-07-01 09:00:00', '2022-07-02 10:00:00'),
  (3, 2, 2, 'Can''t log in 😞', E'It says:\n\n    "nope"', -1, '{NULL,""}', '2021-03-01 00:00:00.000001', '2021-02-28 23:59:59.999999', '2021-03-01 00:00:00.000001');

INSERT INTO public.tags (id, name, inserted_at)
VALUES
  (1, 'Elixir', '2021-02-15 14:30:00'),
  (2, 'PostgreSQL', '2021-02-15 14:30:00'),
  (3, 'größe & maß', '2021-08-20 05:06:07'),
  (4, '日本語', '2023-11-11 11:11:11'),
  (5, '', '2024-01-01 00:00:00');

INSERT INTO public.posts
  (id, author_id, reviewer_id, category_id, title, slug, body, status, featured, keywords, metadata, rating, score, published_at, inserted_at, updated_at)
VALUES
  ('0d5c1c4e-6f0b-4a53-9b1e-2f4c8a9d7e10', 1, 2, 1, 'Moving a legacy app, one table at a time', 'moving-a-legacy-app', repeat('Old code and new code share a table. ', 80),
   'published', true, '{elixir,postgresql,"with, comma"}', '{"cover": {"url": "https://example.com/a.png", "size": [1200, 630]}, "draft_of": null, "ratio": 1.5}', 9.5, 0.1,
   '2024-01-15 09:00:00.000001+00', '2024-01-10 10:11:12.131415', '2024-01-15 09:00:00.000001'),
  ('7a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9', 1, NULL, 1, 'A draft', 'a-draft', '', 'draft', false, '{}', '{}', NULL, 0, NULL,
   '2024-02-29 23:59:59.999999', '2024-02-29 23:59:59.999999'),
  ('018f3a6e-7c2d-7b1a-9e4f-5d6c7b8a9012', 2, 1, 2, 'Käsespätzle für zwölf 🧀', 'kaesespaetzle', E'Zutaten:\n\n- "Käse"\n- #{Spätzle}\n- \\o/', 'published', false,
   '{käse,"",NULL,"{}"}', '{"größe": "zwölf", "emoji": "🧀", "n": 12345678901234567890, "list": [1, "two", null, {"three": true}]}', 10.0, 1.7976931348623157e308,
   '2020-02-29 12:00:00+01', '2020-02-28 00:00:00', '2024-07-01 00:00:00.5'),
  ('ffffffff-ffff-4fff-bfff-ffffffffffff', 2, 3, NULL, '', 'no-title', ' ', 'in_review', true, '{"a b","c\"d","e\\f"}', '{"": ""}', 0.0, -273.15, NULL,
   '1999-12-31 23:59:59.999999', '2038-01-19 03:14:08'),
  ('00000000-0000-4000-8000-000000000001', 3, NULL, NULL, '  Spaces around  ', 'spaces-around', E'\u200Fעברית\u200E', 'published', true, '{one}', '{"a": false}', 3.3, 1e-7,
   '1969-12-31 23:59:59.999999+00', '2022-10-30 01:30:00', '2022-10-30 01:30:00');

INSERT INTO public.posts_tags (post_id, tag_id)
VALUES
  ('0d5c1c4e-6f0b-4a53-9b1e-2f4c8a9d7e10', 1),
  ('0d5c1c4e-6f0b-4a53-9b1e-2f4c8a9d7e10', 2),
  ('018f3a6e-7c2d-7b1a-9e4f-5d6c7b8a9012', 3),
  ('00000000-0000-4000-8000-000000000001', 1),
  ('00000000-0000-4000-8000-000000000001', 4);

INSERT INTO public.users_followed_tags (user_id, tag_id)
VALUES (1, 1), (1, 2), (2, 2), (3, 4);

INSERT INTO public.comments
  (id, post_id, author_id, parent_id, body, state, depth, author_ip, edited_at, inserted_at, updated_at)
VALUES
  (1, '0d5c1c4e-6f0b-4a53-9b1e-2f4c8a9d7e10', 3, NULL, 'Does it work with "quoted" names?', 'visible', 0, '198.51.100.23', NULL, '2024-01-15 10:00:00', '2024-01-15 10:00:00'),
  (2, '0d5c1c4e-6f0b-4a53-9b1e-2f4c8a9d7e10', 1, 1, E'It does.\n\n> "quoted"', 'visible', 1, '2001:db8:0:0:1::/80', '2024-01-15 10:05:00.654321', '2024-01-15 10:04:59', '2024-01-15 10:05:00'),
  (3, '0d5c1c4e-6f0b-4a53-9b1e-2f4c8a9d7e10', NULL, 2, '🎉', 'awaiting review', 2, NULL, NULL, '2024-01-16 00:00:00', '2024-01-16 00:00:00'),
  (4, '018f3a6e-7c2d-7b1a-9e4f-5d6c7b8a9012', 2, NULL, '', 'hidden', 0, '0.0.0.0/0', '2020-03-01 00:00:00', '2020-02-29 23:59:59', '2020-03-01 00:00:00'),
  (9007199254740993, '00000000-0000-4000-8000-000000000001', NULL, NULL, '  an id that no float holds  ', 'visible', 8, '255.255.255.255', '2022-11-01 12:00:00.000001', '2022-11-01 12:00:00', '2022-11-01 12:00:00');

INSERT INTO public.plans
  (code, name, price, billing_period, trial_period, features, seat_tiers, retired_on, inserted_at, updated_at)
VALUES
  ('free', 'Free', 0, '1 month', NULL, '{}', '{}', NULL, '2022-01-17 11:00:00', '2022-01-17 11:00:00'),
  ('team', 'Team', 29.90, '1 month', '14 days', '{comments,"custom, domain"}', '{1,5,25}', NULL, '2022-01-17 11:00:00', '2024-04-01 00:00:00'),
  ('Team yearly', 'Team (yearly)', 299.00, '1 year', '1 mon 3 days 04:05:06.789012', '{comments,NULL,""}', '{-2147483648,NULL,2147483647}', NULL, '2022-01-17 11:00:00', '2022-01-17 11:00:00'),
  ('größe-l', '', 9999999999.99, '00:00:00', '-1 days -00:00:00.000001', '{"ünïcode"}', '{0}', '2023-12-31', '2022-02-22 22:22:22', '2023-12-31 23:59:59');

INSERT INTO public.customers
  (id, user_id, name, billing_email, country, tax_id, balance, address, inserted_at, updated_at)
VALUES
  (1, 1, 'Analytical Engines Ltd', 'billing@engines.example', 'GB', '123456789', 0, '{"street": "12 St James''s Square", "postcode": "SW1Y 4LB", "city": "London"}', '2022-01-18 09:00:00', '2022-01-18 09:00:00'),
  (2, 2, 'Großhandel Müller & Söhne', 'Rechnung@Müller.example', 'DE', '123456789', -12.34, '{"street": "Hauptstraße 1", "postcode": "", "city": "Köln"}', '2022-01-18 09:30:00', '2023-03-03 03:03:03'),
  (3, 3, '', 'özge@örnek.example', NULL, NULL, 9999999999.99, NULL, '2022-07-01 00:00:00', '2022-07-01 00:00:00'),
  (4, 4, 'Old import', 'a@b', 'X', NULL, 0.01, '{}', '2024-03-31 01:30:00', '2024-03-31 01:30:00');

INSERT INTO public.subscriptions
  (id, customer_id, plan_code, status, period, seats, discount, metadata, canceled_at, inserted_at, updated_at)
VALUES
  (1, 1, 'team', 'active', '[2024-01-01,2025-01-01)', 5, NULL, '{"seats": [1, 5], "note": "grandfathered"}', NULL, '2023-12-20 10:20:30.405060', '2024-01-01 00:00:00.000001'),
  (2, 1, 'Team yearly', 'trialing', '[2025-01-01,)', 25, 12.50, '["upgrade", 2, null, {"by": "ada"}]', NULL, '2024-12-01 00:00:00', '2024-12-01 00:00:00'),
  (3, 2, 'team', 'past_due', '[2023-06-15,2024-06-15)', 1, 0, '"imported"', NULL, '2023-06-15 00:00:00', '2024-06-15 00:00:00'),
  -- Overlaps the one before, but a canceled one may.
  (4, 2, 'free', 'canceled', '[2024-01-01,2024-02-01)', 2147483647, 100, '42', '2024-01-31 23:59:59.999999+00', '2024-01-01 00:00:00', '2024-01-31 23:59:59.999999'),
  (5, 3, 'größe-l', 'canceled', '(,2023-12-31)', 1, 33.33, 'false', '2023-12-30 20:00:00-05', '2022-02-22 22:22:22.222222', '2023-12-31 01:00:00'),
  (6, 4, 'free', 'active', 'empty', 1, NULL, NULL, NULL, '2024-03-31 01:30:00', '2024-03-31 01:30:00');

INSERT INTO public.coupons
  (id, code, percent_off, amount_off, plan_codes, weekdays, redeemable, max_redemptions, created_by_id, inserted_at, updated_at)
VALUES
  (1, 'WELCOME10', 10, NULL, NULL, '{1,2,3,4,5,6,7}', NULL, NULL, 1, '2022-03-09 15:50:00', '2022-03-09 15:50:00'),
  (2, 'Sommer-ß', NULL, 5.00, '{team,"Team yearly"}', '{6,7}', '[2024-06-21,2024-09-23)', 100, 1, '2024-06-01 00:00:00', '2024-06-01 00:00:00'),
  (3, '', 0.01, NULL, '{}', '{}', 'empty', 0, NULL, '2024-06-02 00:00:00', '2024-06-02 00:00:00'),
  (4, 'forever', NULL, 9999999999.99, '{"größe-l",NULL}', '{1,NULL}', '(,)', 2147483647, 2, '2024-06-03 00:00:00', '2024-06-03 00:00:00');

INSERT INTO public.invoices
  (year, number, customer_id, subscription_id, status, currency, subtotal, tax, issued_on, due_on, notes, inserted_at, updated_at, reminders_sent)
VALUES
  (2024, 1, 1, 1, 'paid', 'GBP', 149.50, 29.90, '2024-01-01', '2024-01-15', NULL, '2024-01-01 00:00:10', '2024-01-10 12:00:00', 0),
  (2024, 2, 2, 3, 'open', 'EUR', 29.90, 5.68, '2024-06-15', '2024-06-29', E'Bitte bis Monatsende.\n"Danke" – #{name}', '2024-06-15 00:00:10', '2024-07-15 06:00:00', 3),
  (2024, 3, 3, NULL, 'open', 'TRY', 0.01, 0, '2024-02-29', '2024-02-29', '', '2024-02-29 00:00:00', '2024-02-29 00:00:00', 0),
  (2024, 2147483647, 2, NULL, 'void', 'EUR', -10.00, -1.90, NULL, NULL, 'Credit note', '2024-08-01 00:00:00', '2024-08-01 00:00:00', 0),
  (2025, 1, 1, 2, 'draft', 'GBP', 0, 0, NULL, '2025-01-31', NULL, '2025-01-01 00:00:10', '2025-01-01 00:00:10', 0),
  (2025, 2, 2, NULL, 'draft', 'X', 9999999999.98, 0.01, '2025-01-02', NULL, '  ', '2025-01-02 00:00:00', '2025-01-02 00:00:00', 0);

INSERT INTO public.invoice_lines
  (invoice_year, invoice_number, "position", description, quantity, unit_price, meter_readings, coupon_id)
VALUES
  (2024, 1, 1, 'Team, 5 seats', 5, 29.90, NULL, NULL),
  (2024, 2, 1, 'Team', 1, 29.90, '{}', 1),
  (2024, 3, 1, 'Traffic (GB)', 0.001, 9.99, '{100,NULL,250}', NULL),
  (2024, 3, 2, '', 9999999.999, 0, '{-1}', 3),
  (2024, 2147483647, 1, 'Gutschrift „Größe L“', 1, -10.00, '{2147483647}', 4);

INSERT INTO public.payments
  (id, invoice_year, invoice_number, method, amount, provider, provider_ref, payload, settled_after, payer_ip, paid_at, inserted_at)
VALUES
  ('5b2c7d1e-9a4f-4c3b-8d6e-1f2a3b4c5d6e', 2024, 1, 'card', 100.00, 'stripe', 'ch_3Oa1', '{"id": "ch_3Oa1", "card": {"last4": "4242"}, "fee": 1.75}', '00:00:01.5', '203.0.113.7', '2024-01-05 10:20:30.123456+00', '2024-01-05 10:20:31'),
  ('6c3d8e2f-ab50-4d4c-9e7f-203b4c5d6e7f', 2024, 1, 'sepa_debit', 79.40, 'stripe', 'py_1Zz9', '[{"event": "pending"}, {"event": "succeeded"}]', '2 days 03:00:00', NULL, '2024-01-10 12:00:00+00', '2024-01-10 12:00:00'),
  ('7d4e9f30-bc61-4e5d-af80-314c5d6e7f80', 2024, 2, 'wire', 10.00, 'bank', NULL, '"EREF+2024-2 SVWZ+Rechnung Größe"', '1 mon 2 days', NULL, '2024-07-01 00:00:00+02', '2024-07-01 06:00:00'),
  ('8e5fa041-cd72-4f6e-b091-425d6e7f8091', 2024, 2, 'wire', 0.01, 'bank', NULL, '0', '-00:00:00.000001', '2001:db8::ffff/128', '2024-07-01 00:00:00.000001+00', '2024-07-01 06:00:00'),
  ('9f60b152-de83-4071-81a2-536e7f8091a2', 2024, 3, 'card', 0.01, '', '', NULL, NULL, NULL, '2024-02-29 23:59:59.999999+00', '2024-03-01 00:00:00');

INSERT INTO public."WebhookEvent"
  (id, source, "eventId", "eventType", payload, "customerId", "attemptCount", "lastError", "receivedAt", "processedAt", "updatedAt")
VALUES
  ('clr0a1b2c0000qzrm1a2b3c4d', 'STRIPE', 'evt_1Oa1', 'charge.succeeded', '{"data": {"object": {"id": "ch_3Oa1", "amount": 10000}}, "livemode": false}', 1, 1, NULL, '2024-01-05 10:20:30.456', '2024-01-05 10:20:31.001', '2024-01-05 10:20:31.001'),
  ('clr0a1b2c0001qzrm5e6f7a8b', 'STRIPE', 'evt_1Zz9', 'charge.pending', '[]', 1, 3, E'TypeError: Cannot read properties of undefined (reading ''id'')\n    at handler.ts:42', '2024-01-08 00:00:00', NULL, '2024-01-08 00:15:00.999'),
  -- The same event id from the other source.
  ('clr0a1b2c0002qzrm9c0d1e2f', 'PAYPAL', 'evt_1Zz9', '', '"ping"', NULL, 0, '', '2023-12-31 23:59:59.999', NULL, '2023-12-31 23:59:59.999'),
  ('clr0a1b2c0003qzrm3a4b5c6d', 'PAYPAL', 'WH-2WR32451HC0233532', 'BILLING.SUBSCRIPTION.CANCELLED', 'true', 2, 10, NULL, '2024-02-01 00:00:00.1', '2024-02-01 00:00:00.12', '2024-02-01 00:00:00.123');

INSERT INTO ledger.accounts (code, name, kind, parent_code, closed)
VALUES
  ('1', 'Assets', 'asset', NULL, false),
  ('1200', 'Bank', 'asset', '1', false),
  ('1400', 'Forderungen (§ 13b)', 'asset', '1', false),
  ('3', 'Liabilities', 'liability', NULL, false),
  ('8400', 'Sales', 'income', NULL, false),
  ('x-old', '', 'expense', NULL, true);

INSERT INTO ledger.entries
  (id, account_code, invoice_year, invoice_number, side, amount, booked_on, booked_at, memo, recorded_by_id)
OVERRIDING SYSTEM VALUE
VALUES
  (1, '1400', 2024, 1, 'debit', 179.40, '2024-01-01', '2024-01-01 00:00:10+00', NULL, NULL),
  (2, '8400', 2024, 1, 'credit', 179.40, '2024-01-01', '2024-01-01 00:00:10+00', NULL, NULL),
  (3, '1200', 2024, 1, 'debit', 100.0000, '2024-01-05', '2024-01-05 10:20:31.654321+00', 'Stripe payout „42“', 1),
  (4, '1400', 2024, 1, 'credit', 100.0000, '2024-01-05', '2024-01-05 10:20:31.654321+00', '', 1),
  (5, 'x-old', NULL, NULL, 'debit', 0.0001, '1999-12-31', '2022-09-15 12:00:30+02', E'rounding\n🪙', 2),
  (6, '3', NULL, NULL, 'credit', 9999999999.9999, '2022-09-15', '2022-09-15 12:00:30.000001+02', NULL, NULL);

INSERT INTO public.orders
  (id, customer_id, reference, status, note, shipping, total, placed_at, lock_version, inserted_at, updated_at)
VALUES
  (1, 1, 'R-1001', 'shipped', NULL, '{"name": "Ada Lovelace", "street": "12 St James''s Square", "postcode": "SW1Y 4LB", "city": "London", "country": "GB"}', 38.00, '2025-06-03 08:00:00', 4, '2025-06-02 09:00:00', '2025-06-05 10:00:00'),
  (2, 2, 'R-1002', 'cart', E'Bitte klingeln.\n"Müller" #{2. Stock}', '{}', 0, NULL, 1, '2025-06-02 10:00:00', '2025-06-02 10:00:00'),
  (3, 3, '', 'canceled', '', NULL, 9999999999.99, NULL, 2147483647, '2025-06-02 11:00:00', '2025-06-02 11:00:00');

INSERT INTO public.order_lines (id, order_id, sku, quantity, unit_price)
VALUES
  (1, 1, 'MUG-BLUE', 2, 12.50),
  (2, 1, 'STICKERS', 1, 13.00),
  (3, 3, '', 2147483647, -0.01);

SELECT pg_catalog.setval('public.users_id_seq', 5);
SELECT pg_catalog.setval('public.users_tokens_id_seq', 5);
SELECT pg_catalog.setval('public.categories_id_seq', 3);
SELECT pg_catalog.setval('public.support_tickets_id_seq', 3);
SELECT pg_catalog.setval('public.tags_id_seq', 5);
SELECT pg_catalog.setval('public.comments_id_seq', 9007199254740993);
SELECT pg_catalog.setval('public.customers_id_seq', 4);
SELECT pg_catalog.setval('public.subscriptions_id_seq', 6);
SELECT pg_catalog.setval('public.coupons_id_seq', 4);
SELECT pg_catalog.setval('public.orders_id_seq', 3);
SELECT pg_catalog.setval('public.order_lines_id_seq', 3);
SELECT pg_catalog.setval('ledger.entries_id_seq', 6);

COMMIT;
