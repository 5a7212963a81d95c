--
-- PostgreSQL database dump
--

\restrict spcANj6jmVteyzxEqV4MCczzfnbcV1unmI8dNddv22rrf9jGCSDQAJfhflbjZYr

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: ledger; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA ledger;


--
-- Name: btree_gist; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;


--
-- Name: EXTENSION btree_gist; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';


--
-- Name: citext; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;


--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';


--
-- Name: account_kind; Type: TYPE; Schema: ledger; Owner: -
--

CREATE TYPE ledger.account_kind AS ENUM (
    'asset',
    'liability',
    'income',
    'expense'
);


--
-- Name: entry_side; Type: TYPE; Schema: ledger; Owner: -
--

CREATE TYPE ledger.entry_side AS ENUM (
    'debit',
    'credit'
);


--
-- Name: WebhookSource; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public."WebhookSource" AS ENUM (
    'STRIPE',
    'PAYPAL'
);


--
-- Name: comment_state; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.comment_state AS ENUM (
    'visible',
    'hidden',
    'awaiting review'
);


--
-- Name: email_address; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.email_address AS text
	CONSTRAINT email_address_check CHECK ((VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text));


--
-- Name: invoice_status; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.invoice_status AS ENUM (
    'draft',
    'open',
    'paid',
    'void'
);


--
-- Name: payment_method; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.payment_method AS ENUM (
    'card',
    'sepa_debit',
    'wire'
);


--
-- Name: percentage; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.percentage AS numeric(5,2)
	CONSTRAINT percentage_check CHECK (((VALUE >= (0)::numeric) AND (VALUE <= (100)::numeric)));


--
-- Name: subscription_status; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.subscription_status AS ENUM (
    'trialing',
    'active',
    'past_due',
    'canceled'
);


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: accounts; Type: TABLE; Schema: ledger; Owner: -
--

CREATE TABLE ledger.accounts (
    code character varying(16) NOT NULL,
    name character varying(255) NOT NULL,
    kind ledger.account_kind NOT NULL,
    parent_code character varying(16),
    closed boolean DEFAULT false NOT NULL
);


--
-- Name: entries; Type: TABLE; Schema: ledger; Owner: -
--

CREATE TABLE ledger.entries (
    id bigint NOT NULL,
    account_code character varying(16) NOT NULL,
    invoice_year smallint,
    invoice_number integer,
    side ledger.entry_side NOT NULL,
    amount numeric(14,4) NOT NULL,
    booked_on date NOT NULL,
    booked_at timestamp with time zone DEFAULT now() NOT NULL,
    memo text,
    recorded_by_id bigint,
    CONSTRAINT entries_amount_check CHECK ((amount > (0)::numeric))
);


--
-- Name: TABLE entries; Type: COMMENT; Schema: ledger; Owner: -
--

COMMENT ON TABLE ledger.entries IS 'Double entry. Rows are never changed, only reversed.';


--
-- Name: entries_id_seq; Type: SEQUENCE; Schema: ledger; Owner: -
--

ALTER TABLE ledger.entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: WebhookEvent; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."WebhookEvent" (
    id text NOT NULL,
    source public."WebhookSource" DEFAULT 'STRIPE'::public."WebhookSource" NOT NULL,
    "eventId" text NOT NULL,
    "eventType" text NOT NULL,
    payload jsonb NOT NULL,
    "customerId" bigint,
    "attemptCount" integer DEFAULT 0 NOT NULL,
    "lastError" text,
    "receivedAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "processedAt" timestamp(3) without time zone,
    "updatedAt" timestamp(3) without time zone NOT NULL
);


--
-- Name: categories; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.categories (
    id integer NOT NULL,
    name character varying NOT NULL,
    slug character varying NOT NULL,
    "position" smallint DEFAULT 0 NOT NULL,
    boost double precision DEFAULT 1.0 NOT NULL,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);


--
-- Name: categories_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.categories_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: categories_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.categories_id_seq OWNED BY public.categories.id;


--
-- Name: comments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.comments (
    id bigint NOT NULL,
    post_id uuid NOT NULL,
    author_id bigint,
    parent_id bigint,
    body text NOT NULL,
    state public.comment_state DEFAULT 'visible'::public.comment_state NOT NULL,
    depth smallint DEFAULT 0 NOT NULL,
    author_ip inet,
    edited_at timestamp without time zone,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL,
    CONSTRAINT comments_depth_check CHECK (((depth >= 0) AND (depth <= 8)))
);


--
-- Name: comments_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.comments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: comments_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.comments_id_seq OWNED BY public.comments.id;


--
-- Name: coupons; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coupons (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    percent_off public.percentage,
    amount_off numeric(12,2),
    plan_codes text[],
    weekdays integer[] DEFAULT ARRAY[1, 2, 3, 4, 5, 6, 7] NOT NULL,
    redeemable daterange,
    max_redemptions integer,
    created_by_id bigint,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL,
    CONSTRAINT coupons_one_kind_of_discount CHECK ((num_nonnulls(percent_off, amount_off) = 1))
);


--
-- Name: coupons_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.coupons ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.coupons_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: customers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.customers (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    name character varying(255) NOT NULL,
    billing_email public.email_address NOT NULL,
    country character(2),
    tax_id character varying(32),
    balance numeric(12,2) DEFAULT 0 NOT NULL,
    address jsonb,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL
);


--
-- Name: TABLE customers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.customers IS 'One per paying user; the user can''t go while it stays.';


--
-- Name: COLUMN customers.tax_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.customers.tax_id IS 'VAT number, without the country''s prefix';


--
-- Name: COLUMN customers.balance; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.customers.balance IS 'What we owe the customer; "negative" when it''s the other way round';


--
-- Name: customers_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: customers_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.customers_id_seq OWNED BY public.customers.id;


--
-- Name: invoice_lines; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invoice_lines (
    invoice_year smallint NOT NULL,
    invoice_number integer NOT NULL,
    "position" smallint NOT NULL,
    description text NOT NULL,
    quantity numeric(10,3) DEFAULT 1 NOT NULL,
    unit_price numeric(12,2) NOT NULL,
    amount numeric(14,2) GENERATED ALWAYS AS (round((quantity * unit_price), 2)) STORED,
    meter_readings integer[],
    coupon_id bigint,
    CONSTRAINT invoice_lines_quantity_check CHECK ((quantity > (0)::numeric))
);


--
-- Name: invoices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invoices (
    year smallint NOT NULL,
    number integer NOT NULL,
    customer_id bigint NOT NULL,
    subscription_id bigint,
    status public.invoice_status DEFAULT 'draft'::public.invoice_status NOT NULL,
    currency character(3) DEFAULT 'EUR'::bpchar NOT NULL,
    subtotal numeric(12,2) DEFAULT 0 NOT NULL,
    tax numeric(12,2) DEFAULT 0 NOT NULL,
    total numeric(12,2) GENERATED ALWAYS AS ((subtotal + tax)) STORED,
    issued_on date,
    due_on date,
    notes text,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL,
    reminders_sent smallint DEFAULT 0 NOT NULL,
    CONSTRAINT invoices_due_after_issue CHECK ((due_on >= issued_on))
);


--
-- Name: login_attempts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login_attempts (
    user_id bigint,
    email public.citext NOT NULL,
    ip inet NOT NULL,
    user_agent text,
    succeeded boolean DEFAULT false NOT NULL,
    attempted_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: order_lines; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_lines (
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    sku character varying(40) NOT NULL,
    quantity integer DEFAULT 1 NOT NULL,
    unit_price numeric(10,2) NOT NULL,
    CONSTRAINT order_lines_quantity_check CHECK ((quantity > 0))
);


--
-- Name: order_lines_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.order_lines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: order_lines_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.order_lines_id_seq OWNED BY public.order_lines.id;


--
-- Name: orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    reference character varying(32) NOT NULL,
    status character varying(20) DEFAULT 'cart'::character varying NOT NULL,
    note text,
    shipping jsonb,
    total numeric(12,2) DEFAULT 0 NOT NULL,
    placed_at timestamp(0) without time zone,
    lock_version integer DEFAULT 1 NOT NULL,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL,
    CONSTRAINT orders_placed_check CHECK ((((status)::text = ANY ((ARRAY['cart'::character varying, 'canceled'::character varying])::text[])) OR (placed_at IS NOT NULL))),
    CONSTRAINT orders_status_check CHECK (((status)::text = ANY ((ARRAY['cart'::character varying, 'placed'::character varying, 'shipped'::character varying, 'canceled'::character varying])::text[])))
);


--
-- Name: orders_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: orders_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.orders_id_seq OWNED BY public.orders.id;


--
-- Name: payments; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    invoice_year smallint NOT NULL,
    invoice_number integer NOT NULL,
    method public.payment_method NOT NULL,
    amount numeric(12,2) NOT NULL,
    provider character varying(20) NOT NULL,
    provider_ref character varying(255),
    payload jsonb,
    settled_after interval,
    payer_ip inet,
    paid_at timestamp with time zone NOT NULL,
    inserted_at timestamp(0) without time zone NOT NULL,
    CONSTRAINT payments_amount_check CHECK ((amount > (0)::numeric))
);


--
-- Name: plans; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.plans (
    code character varying(40) NOT NULL,
    name character varying(255) NOT NULL,
    price numeric(12,2) NOT NULL,
    billing_period interval DEFAULT '1 mon'::interval NOT NULL,
    trial_period interval,
    features text[] DEFAULT ARRAY[]::text[] NOT NULL,
    seat_tiers integer[] DEFAULT ARRAY[]::integer[] NOT NULL,
    retired_on date,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL,
    CONSTRAINT plans_price_check CHECK ((price >= (0)::numeric))
);


--
-- Name: posts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.posts (
    id uuid NOT NULL,
    author_id bigint NOT NULL,
    reviewer_id bigint,
    category_id integer,
    title character varying(255) NOT NULL,
    slug text NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    status character varying(255) DEFAULT 'draft'::character varying NOT NULL,
    featured boolean DEFAULT false NOT NULL,
    keywords text[] DEFAULT ARRAY[]::text[] NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    rating numeric(3,1),
    score double precision DEFAULT 0.0 NOT NULL,
    published_at timestamp with time zone,
    inserted_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    reading_minutes integer GENERATED ALWAYS AS (GREATEST(1, ((length(body) + 999) / 1000))) STORED,
    search tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, (((title)::text || ' '::text) || body))) STORED,
    CONSTRAINT posts_metadata_check CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT posts_published_check CHECK ((((status)::text <> 'published'::text) OR (published_at IS NOT NULL))),
    CONSTRAINT posts_rating_range CHECK (((rating >= (0)::numeric) AND (rating <= (10)::numeric))),
    CONSTRAINT posts_status_check CHECK (((status)::text = ANY ((ARRAY['draft'::character varying, 'in_review'::character varying, 'published'::character varying])::text[])))
);


--
-- Name: posts_tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.posts_tags (
    post_id uuid NOT NULL,
    tag_id bigint NOT NULL
);


--
-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migrations (
    version bigint NOT NULL,
    inserted_at timestamp(0) without time zone
);


--
-- Name: subscriptions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.subscriptions (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    plan_code character varying(40) NOT NULL,
    status public.subscription_status DEFAULT 'trialing'::public.subscription_status NOT NULL,
    period daterange NOT NULL,
    seats integer DEFAULT 1 NOT NULL,
    discount public.percentage,
    metadata jsonb,
    canceled_at timestamp with time zone,
    inserted_at timestamp without time zone NOT NULL,
    updated_at timestamp without time zone NOT NULL,
    CONSTRAINT seats_must_be_positive CHECK ((seats > 0))
);


--
-- Name: subscriptions_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.subscriptions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: subscriptions_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.subscriptions_id_seq OWNED BY public.subscriptions.id;


--
-- Name: support_tickets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.support_tickets (
    id bigint NOT NULL,
    requester_id bigint NOT NULL,
    assignee_id bigint,
    subject character varying NOT NULL,
    body text,
    priority integer DEFAULT 0 NOT NULL,
    labels character varying[] DEFAULT '{}'::character varying[] NOT NULL,
    closed_at timestamp(6) without time zone,
    created_at timestamp(6) without time zone NOT NULL,
    updated_at timestamp(6) without time zone NOT NULL
);


--
-- Name: TABLE support_tickets; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.support_tickets IS 'Helpdesk (Rails). Read only from our side.';


--
-- Name: support_tickets_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.support_tickets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: support_tickets_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.support_tickets_id_seq OWNED BY public.support_tickets.id;


--
-- Name: tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tags (
    id bigint NOT NULL,
    name public.citext NOT NULL,
    inserted_at timestamp(0) without time zone NOT NULL
);


--
-- Name: tags_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.tags_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: tags_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.tags_id_seq OWNED BY public.tags.id;


--
-- Name: unpaid_invoices; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.unpaid_invoices AS
 SELECT i.year,
    i.number,
    i.customer_id,
    c.name AS customer_name,
    i.total,
    COALESCE(p.paid, (0)::numeric) AS paid,
    i.due_on
   FROM ((public.invoices i
     JOIN public.customers c ON ((c.id = i.customer_id)))
     LEFT JOIN ( SELECT payments.invoice_year,
            payments.invoice_number,
            sum(payments.amount) AS paid
           FROM public.payments
          GROUP BY payments.invoice_year, payments.invoice_number) p ON (((p.invoice_year = i.year) AND (p.invoice_number = i.number))))
  WHERE ((i.status = 'open'::public.invoice_status) AND (i.total > COALESCE(p.paid, (0)::numeric)));


--
-- Name: user_profiles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.user_profiles (
    user_id bigint NOT NULL,
    display_name character varying(80) DEFAULT ''::character varying NOT NULL,
    bio text,
    born_on date,
    time_zone character varying(64) DEFAULT 'Etc/UTC'::character varying NOT NULL,
    digest_at time(0) without time zone,
    avatar_thumb bytea,
    links jsonb DEFAULT '[]'::jsonb NOT NULL,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id bigint NOT NULL,
    email public.citext NOT NULL,
    hashed_password character varying(255) NOT NULL,
    confirmed_at timestamp(0) without time zone,
    inserted_at timestamp(0) without time zone NOT NULL,
    updated_at timestamp(0) without time zone NOT NULL,
    handle character varying(39),
    role character varying(20) DEFAULT 'member'::character varying NOT NULL,
    last_sign_in_at timestamp with time zone,
    last_sign_in_ip inet,
    CONSTRAINT users_role_check CHECK (((role)::text = ANY ((ARRAY['member'::character varying, 'editor'::character varying, 'admin'::character varying])::text[])))
);


--
-- Name: users_followed_tags; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users_followed_tags (
    user_id bigint NOT NULL,
    tag_id bigint NOT NULL
);


--
-- Name: users_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: users_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;


--
-- Name: users_tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users_tokens (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    token bytea NOT NULL,
    context character varying(255) NOT NULL,
    sent_to character varying(255),
    inserted_at timestamp(0) without time zone NOT NULL,
    authenticated_at timestamp(0) without time zone
);


--
-- Name: users_tokens_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.users_tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: users_tokens_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.users_tokens_id_seq OWNED BY public.users_tokens.id;


--
-- Name: categories id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.categories ALTER COLUMN id SET DEFAULT nextval('public.categories_id_seq'::regclass);


--
-- Name: comments id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comments ALTER COLUMN id SET DEFAULT nextval('public.comments_id_seq'::regclass);


--
-- Name: customers id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers ALTER COLUMN id SET DEFAULT nextval('public.customers_id_seq'::regclass);


--
-- Name: order_lines id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_lines ALTER COLUMN id SET DEFAULT nextval('public.order_lines_id_seq'::regclass);


--
-- Name: orders id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders ALTER COLUMN id SET DEFAULT nextval('public.orders_id_seq'::regclass);


--
-- Name: subscriptions id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subscriptions ALTER COLUMN id SET DEFAULT nextval('public.subscriptions_id_seq'::regclass);


--
-- Name: support_tickets id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.support_tickets ALTER COLUMN id SET DEFAULT nextval('public.support_tickets_id_seq'::regclass);


--
-- Name: tags id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tags ALTER COLUMN id SET DEFAULT nextval('public.tags_id_seq'::regclass);


--
-- Name: users id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);


--
-- Name: users_tokens id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users_tokens ALTER COLUMN id SET DEFAULT nextval('public.users_tokens_id_seq'::regclass);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: ledger; Owner: -
--

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (code);


--
-- Name: entries entries_pkey; Type: CONSTRAINT; Schema: ledger; Owner: -
--

ALTER TABLE ONLY ledger.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (id);


--
-- Name: WebhookEvent WebhookEvent_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."WebhookEvent"
    ADD CONSTRAINT "WebhookEvent_pkey" PRIMARY KEY (id);


--
-- Name: categories categories_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.categories
    ADD CONSTRAINT categories_pkey PRIMARY KEY (id);


--
-- Name: comments comments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (id);


--
-- Name: coupons coupons_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons
    ADD CONSTRAINT coupons_pkey PRIMARY KEY (id);


--
-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);


--
-- Name: invoice_lines invoice_lines_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_lines
    ADD CONSTRAINT invoice_lines_pkey PRIMARY KEY (invoice_year, invoice_number, "position");


--
-- Name: invoices invoices_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_pkey PRIMARY KEY (year, number);


--
-- Name: order_lines order_lines_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_pkey PRIMARY KEY (id);


--
-- Name: orders orders_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);


--
-- Name: payments payments_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (id);


--
-- Name: plans plans_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (code);


--
-- Name: posts posts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_pkey PRIMARY KEY (id);


--
-- Name: posts_tags posts_tags_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.posts_tags
    ADD CONSTRAINT posts_tags_pkey PRIMARY KEY (post_id, tag_id);


--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: subscriptions subscriptions_no_overlap; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_no_overlap EXCLUDE USING gist (customer_id WITH =, period WITH &&) WHERE ((status <> 'canceled'::public.subscription_status));


--
-- Name: subscriptions subscriptions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id);


--
-- Name: support_tickets support_tickets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.support_tickets
    ADD CONSTRAINT support_tickets_pkey PRIMARY KEY (id);


--
-- Name: tags tags_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tags
    ADD CONSTRAINT tags_pkey PRIMARY KEY (id);


--
-- Name: user_profiles user_profiles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_pkey PRIMARY KEY (user_id);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);


--
-- Name: users_tokens users_tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users_tokens
    ADD CONSTRAINT users_tokens_pkey PRIMARY KEY (id);


--
-- Name: entries_account_code_booked_on_index; Type: INDEX; Schema: ledger; Owner: -
--

CREATE INDEX entries_account_code_booked_on_index ON ledger.entries USING btree (account_code, booked_on);


--
-- Name: entries_invoice_year_invoice_number_index; Type: INDEX; Schema: ledger; Owner: -
--

CREATE INDEX entries_invoice_year_invoice_number_index ON ledger.entries USING btree (invoice_year, invoice_number);


--
-- Name: WebhookEvent_source_eventId_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "WebhookEvent_source_eventId_key" ON public."WebhookEvent" USING btree (source, "eventId");


--
-- Name: comments_author_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX comments_author_id_index ON public.comments USING btree (author_id);


--
-- Name: comments_parent_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX comments_parent_id_index ON public.comments USING btree (parent_id);


--
-- Name: comments_post_id_inserted_at_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX comments_post_id_inserted_at_index ON public.comments USING btree (post_id, inserted_at);


--
-- Name: coupons_lower_code_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX coupons_lower_code_index ON public.coupons USING btree (lower((code)::text));


--
-- Name: customers_country_tax_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX customers_country_tax_id_index ON public.customers USING btree (country, tax_id) WHERE (tax_id IS NOT NULL);


--
-- Name: customers_user_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX customers_user_id_index ON public.customers USING btree (user_id);


--
-- Name: index_categories_on_slug; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX index_categories_on_slug ON public.categories USING btree (slug);


--
-- Name: index_support_tickets_on_assignee_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX index_support_tickets_on_assignee_id ON public.support_tickets USING btree (assignee_id);


--
-- Name: index_support_tickets_on_requester_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX index_support_tickets_on_requester_id ON public.support_tickets USING btree (requester_id);


--
-- Name: invoice_lines_coupon_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invoice_lines_coupon_id_index ON public.invoice_lines USING btree (coupon_id);


--
-- Name: invoices_customer_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invoices_customer_id_index ON public.invoices USING btree (customer_id);


--
-- Name: invoices_one_draft_per_customer_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX invoices_one_draft_per_customer_index ON public.invoices USING btree (customer_id) WHERE (status = 'draft'::public.invoice_status);


--
-- Name: invoices_subscription_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invoices_subscription_id_index ON public.invoices USING btree (subscription_id);


--
-- Name: login_attempts_email_attempted_at_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_attempts_email_attempted_at_index ON public.login_attempts USING btree (email, attempted_at);


--
-- Name: login_attempts_user_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_attempts_user_id_index ON public.login_attempts USING btree (user_id);


--
-- Name: order_lines_order_id_sku_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX order_lines_order_id_sku_index ON public.order_lines USING btree (order_id, sku);


--
-- Name: orders_customer_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX orders_customer_id_index ON public.orders USING btree (customer_id);


--
-- Name: orders_reference_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX orders_reference_index ON public.orders USING btree (reference);


--
-- Name: payments_invoice_year_invoice_number_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX payments_invoice_year_invoice_number_index ON public.payments USING btree (invoice_year, invoice_number);


--
-- Name: payments_provider_provider_ref_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX payments_provider_provider_ref_index ON public.payments USING btree (provider, provider_ref) WHERE (provider_ref IS NOT NULL);


--
-- Name: posts_author_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX posts_author_id_index ON public.posts USING btree (author_id);


--
-- Name: posts_category_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX posts_category_id_index ON public.posts USING btree (category_id);


--
-- Name: posts_one_featured_per_category_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX posts_one_featured_per_category_index ON public.posts USING btree (category_id) WHERE featured;


--
-- Name: posts_reviewer_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX posts_reviewer_id_index ON public.posts USING btree (reviewer_id);


--
-- Name: posts_search_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX posts_search_index ON public.posts USING gin (search);


--
-- Name: posts_slug_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX posts_slug_index ON public.posts USING btree (slug);


--
-- Name: posts_tags_tag_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX posts_tags_tag_id_index ON public.posts_tags USING btree (tag_id);


--
-- Name: subscriptions_plan_code_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX subscriptions_plan_code_index ON public.subscriptions USING btree (plan_code);


--
-- Name: tags_name_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX tags_name_index ON public.tags USING btree (name);


--
-- Name: users_email_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX users_email_index ON public.users USING btree (email);


--
-- Name: users_followed_tags_tag_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX users_followed_tags_tag_id_index ON public.users_followed_tags USING btree (tag_id);


--
-- Name: users_followed_tags_user_id_tag_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX users_followed_tags_user_id_tag_id_index ON public.users_followed_tags USING btree (user_id, tag_id);


--
-- Name: users_lower_handle_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX users_lower_handle_index ON public.users USING btree (lower((handle)::text));


--
-- Name: users_tokens_context_token_index; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX users_tokens_context_token_index ON public.users_tokens USING btree (context, token);


--
-- Name: users_tokens_user_id_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX users_tokens_user_id_index ON public.users_tokens USING btree (user_id);


--
-- Name: accounts accounts_parent_code_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -
--

ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_parent_code_fkey FOREIGN KEY (parent_code) REFERENCES ledger.accounts(code);


--
-- Name: entries entries_account_code_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -
--

ALTER TABLE ONLY ledger.entries
    ADD CONSTRAINT entries_account_code_fkey FOREIGN KEY (account_code) REFERENCES ledger.accounts(code);


--
-- Name: entries entries_invoice_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -
--

ALTER TABLE ONLY ledger.entries
    ADD CONSTRAINT entries_invoice_fkey FOREIGN KEY (invoice_year, invoice_number) REFERENCES public.invoices(year, number) ON DELETE RESTRICT;


--
-- Name: entries entries_recorded_by_id_fkey; Type: FK CONSTRAINT; Schema: ledger; Owner: -
--

ALTER TABLE ONLY ledger.entries
    ADD CONSTRAINT entries_recorded_by_id_fkey FOREIGN KEY (recorded_by_id) REFERENCES public.users(id) ON DELETE SET NULL;


--
-- Name: WebhookEvent WebhookEvent_customerId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."WebhookEvent"
    ADD CONSTRAINT "WebhookEvent_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES public.customers(id) ON UPDATE CASCADE ON DELETE SET NULL;


--
-- Name: comments comments_author_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.users(id) ON DELETE SET NULL;


--
-- Name: comments comments_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.comments(id);


--
-- Name: comments comments_post_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;


--
-- Name: coupons coupons_created_by_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coupons
    ADD CONSTRAINT coupons_created_by_id_fkey FOREIGN KEY (created_by_id) REFERENCES public.users(id) ON DELETE SET NULL;


--
-- Name: customers customers_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE RESTRICT;


--
-- Name: payments fk_payments_invoice; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT fk_payments_invoice FOREIGN KEY (invoice_year, invoice_number) REFERENCES public.invoices(year, number);


--
-- Name: support_tickets fk_rails_096f646983; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.support_tickets
    ADD CONSTRAINT fk_rails_096f646983 FOREIGN KEY (requester_id) REFERENCES public.users(id);


--
-- Name: support_tickets fk_rails_9651e4a339; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.support_tickets
    ADD CONSTRAINT fk_rails_9651e4a339 FOREIGN KEY (assignee_id) REFERENCES public.users(id);


--
-- Name: posts fk_rails_9b1b26f040; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT fk_rails_9b1b26f040 FOREIGN KEY (category_id) REFERENCES public.categories(id);


--
-- Name: invoice_lines invoice_lines_coupon_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_lines
    ADD CONSTRAINT invoice_lines_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES public.coupons(id);


--
-- Name: invoice_lines invoice_lines_invoice_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_lines
    ADD CONSTRAINT invoice_lines_invoice_fkey FOREIGN KEY (invoice_year, invoice_number) REFERENCES public.invoices(year, number) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: invoices invoices_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);


--
-- Name: invoices invoices_subscription_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES public.subscriptions(id) ON DELETE SET NULL;


--
-- Name: login_attempts login_attempts_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_attempts
    ADD CONSTRAINT login_attempts_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;


--
-- Name: order_lines order_lines_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_lines
    ADD CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE CASCADE;


--
-- Name: orders orders_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);


--
-- Name: posts posts_author_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.users(id);


--
-- Name: posts posts_reviewer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES public.users(id) ON DELETE SET NULL;


--
-- Name: posts_tags posts_tags_post_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.posts_tags
    ADD CONSTRAINT posts_tags_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.posts(id) ON DELETE CASCADE;


--
-- Name: posts_tags posts_tags_tag_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.posts_tags
    ADD CONSTRAINT posts_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES public.tags(id) ON DELETE CASCADE;


--
-- Name: subscriptions subscriptions_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);


--
-- Name: subscriptions subscriptions_plan_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.subscriptions
    ADD CONSTRAINT subscriptions_plan_code_fkey FOREIGN KEY (plan_code) REFERENCES public.plans(code) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: user_profiles user_profiles_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_profiles
    ADD CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: users_followed_tags users_followed_tags_tag_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users_followed_tags
    ADD CONSTRAINT users_followed_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES public.tags(id) ON DELETE CASCADE;


--
-- Name: users_followed_tags users_followed_tags_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users_followed_tags
    ADD CONSTRAINT users_followed_tags_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: users_tokens users_tokens_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users_tokens
    ADD CONSTRAINT users_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--

\unrestrict spcANj6jmVteyzxEqV4MCczzfnbcV1unmI8dNddv22rrf9jGCSDQAJfhflbjZYr

INSERT INTO public."schema_migrations" (version) VALUES (20210208093011);
INSERT INTO public."schema_migrations" (version) VALUES (20210208101522);
INSERT INTO public."schema_migrations" (version) VALUES (20210215142035);
INSERT INTO public."schema_migrations" (version) VALUES (20210603073245);
INSERT INTO public."schema_migrations" (version) VALUES (20220117101840);
INSERT INTO public."schema_migrations" (version) VALUES (20220309154412);
INSERT INTO public."schema_migrations" (version) VALUES (20220915120030);
INSERT INTO public."schema_migrations" (version) VALUES (20230124083306);
INSERT INTO public."schema_migrations" (version) VALUES (20230518064957);
INSERT INTO public."schema_migrations" (version) VALUES (20231002110548);
INSERT INTO public."schema_migrations" (version) VALUES (20240220133721);
INSERT INTO public."schema_migrations" (version) VALUES (20240611090015);
INSERT INTO public."schema_migrations" (version) VALUES (20250317141809);
INSERT INTO public."schema_migrations" (version) VALUES (20250602081230);
