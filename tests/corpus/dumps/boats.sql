--
-- PostgreSQL database dump
--

\restrict 6WH6LTqeC3LRmznnYx4kqbd17SnVjiayV44GOz06F34Dg9hNKAJAteyPuiQZSAQ

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

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
-- Name: archive; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA archive;


--
-- Name: btree_gist; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;


--
-- Name: EXTENSION btree_gist; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';


--
-- Name: build_year; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.build_year AS integer
	CONSTRAINT build_year_check CHECK (((VALUE >= 1850) AND (VALUE <= 2155)));


--
-- Name: hull; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.hull AS ENUM (
    'Mono',
    'Cat',
    'Tri-hull',
    'R'
);


--
-- Name: is_free(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.is_free(p_boat integer) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
-- A semicolon; a quote ' and a "name" in a comment of the body.
BEGIN
  RETURN NOT EXISTS (SELECT FROM public.hire WHERE boat_id = p_boat AND upper(period) IS NULL);
END $$;


--
-- Name: join_names(text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.join_names(text, text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $_$
SELECT CASE WHEN $1 IS NULL THEN $2 WHEN $2 IS NULL THEN $1 ELSE $1 || ', ' || $2 END
$_$;


--
-- Name: touch(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.last_update := CURRENT_TIMESTAMP;
  RETURN NEW;
END $$;


--
-- Name: name_list(text); Type: AGGREGATE; Schema: public; Owner: -
--

CREATE AGGREGATE public.name_list(text) (
    SFUNC = public.join_names,
    STYPE = text
);


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: hire; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.hire (
    hire_id integer NOT NULL,
    boat_id integer NOT NULL,
    customer_id smallint NOT NULL,
    staff_id smallint NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL,
    period tsrange DEFAULT tsrange((now())::timestamp without time zone, NULL::timestamp without time zone) NOT NULL
);


--
-- Name: hire; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.hire AS
 SELECT hire.hire_id,
    lower(hire.period) AS hired_at,
    hire.boat_id,
    hire.customer_id,
    upper(hire.period) AS returned_at,
    hire.staff_id,
    hire.last_update
   FROM public.hire;


--
-- Name: owner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.owner (
    owner_id integer NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: owner; Type: VIEW; Schema: archive; Owner: -
--

CREATE VIEW archive.owner AS
 SELECT owner.owner_id,
    owner.first_name,
    owner.last_name
   FROM public.owner;


--
-- Name: address; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.address (
    address_id integer NOT NULL,
    street character varying(50) NOT NULL,
    street2 character varying(50),
    district character varying(20) NOT NULL,
    port_id smallint NOT NULL,
    postal_code character varying(10),
    phone character varying(20) NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: address_address_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.address_address_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: address_address_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.address_address_id_seq OWNED BY public.address.address_id;


--
-- Name: boat; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.boat (
    boat_id integer NOT NULL,
    title text NOT NULL,
    description text,
    built public.build_year,
    language_id smallint NOT NULL,
    original_language_id smallint,
    hire_days smallint DEFAULT 3 NOT NULL,
    rate numeric(4,2) DEFAULT 4.99 NOT NULL,
    length smallint,
    value numeric(8,2) DEFAULT 1999.99 NOT NULL,
    hull public.hull DEFAULT 'Mono'::public.hull,
    features text[],
    fulltext tsvector NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: COLUMN boat.fulltext; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.boat.fulltext IS 'Filled by a trigger; don''t write it';


--
-- Name: boat_boat_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.boat_boat_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: boat_boat_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.boat_boat_id_seq OWNED BY public.boat.boat_id;


--
-- Name: boat_owner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.boat_owner (
    boat_id integer NOT NULL,
    owner_id integer NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: customer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.customer (
    customer_id integer NOT NULL,
    yard_id smallint NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text,
    address_id smallint NOT NULL,
    activebool boolean DEFAULT true NOT NULL,
    create_date date DEFAULT CURRENT_DATE NOT NULL,
    last_update timestamp without time zone DEFAULT now(),
    active integer
);


--
-- Name: customer_customer_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.customer_customer_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: customer_customer_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.customer_customer_id_seq OWNED BY public.customer.customer_id;


--
-- Name: port; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.port (
    port_id integer NOT NULL,
    name character varying(50) NOT NULL,
    country text NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: customer_list; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.customer_list AS
 SELECT cu.customer_id AS id,
    ((cu.first_name || ' '::text) || cu.last_name) AS name,
    a.street,
    a.postal_code AS "zip code",
    a.phone,
    p.name AS port,
    p.country,
        CASE
            WHEN cu.activebool THEN 'active'::text
            ELSE ''::text
        END AS notes,
    cu.yard_id AS sid
   FROM ((public.customer cu
     JOIN public.address a USING (address_id))
     JOIN public.port p USING (port_id));


--
-- Name: hire_hire_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.hire_hire_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: hire_hire_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.hire_hire_id_seq OWNED BY public.hire.hire_id;


--
-- Name: payment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payment (
    payment_id integer NOT NULL,
    customer_id smallint NOT NULL,
    staff_id smallint NOT NULL,
    hire_id integer NOT NULL,
    amount numeric(5,2) NOT NULL,
    payment_date timestamp with time zone NOT NULL
)
PARTITION BY RANGE (payment_date);


--
-- Name: hires_by_hull; Type: MATERIALIZED VIEW; Schema: public; Owner: -
--

CREATE MATERIALIZED VIEW public.hires_by_hull AS
 SELECT b.hull,
    count(*) AS hires,
    sum(p.amount) AS total
   FROM ((public.payment p
     JOIN public.hire h USING (hire_id))
     JOIN public.boat b USING (boat_id))
  GROUP BY b.hull
  WITH NO DATA;


--
-- Name: language; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.language (
    language_id integer NOT NULL,
    name character(20) NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: language_language_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.language_language_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: language_language_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.language_language_id_seq OWNED BY public.language.language_id;


--
-- Name: owner_owner_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.owner_owner_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: owner_owner_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.owner_owner_id_seq OWNED BY public.owner.owner_id;


--
-- Name: payment_payment_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.payment_payment_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: payment_payment_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.payment_payment_id_seq OWNED BY public.payment.payment_id;


--
-- Name: payment_p2026_01; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payment_p2026_01 (
    payment_id integer DEFAULT nextval('public.payment_payment_id_seq'::regclass) NOT NULL,
    customer_id smallint NOT NULL,
    staff_id smallint NOT NULL,
    hire_id integer NOT NULL,
    amount numeric(5,2) NOT NULL,
    payment_date timestamp with time zone NOT NULL,
    CONSTRAINT payment_p2026_01_amount_check CHECK ((amount >= (0)::numeric))
);


--
-- Name: payment_p2026_02; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payment_p2026_02 (
    payment_id integer DEFAULT nextval('public.payment_payment_id_seq'::regclass) NOT NULL,
    customer_id smallint NOT NULL,
    staff_id smallint NOT NULL,
    hire_id integer NOT NULL,
    amount numeric(5,2) NOT NULL,
    payment_date timestamp with time zone NOT NULL
);


--
-- Name: port_port_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.port_port_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: port_port_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.port_port_id_seq OWNED BY public.port.port_id;


--
-- Name: staff; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.staff (
    staff_id integer NOT NULL,
    first_name character varying(45) NOT NULL,
    last_name character varying(45) NOT NULL,
    address_id smallint NOT NULL,
    email character varying(50),
    yard_id smallint NOT NULL,
    active boolean DEFAULT true NOT NULL,
    username character varying(16) NOT NULL,
    password character varying(40),
    picture bytea,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: staff_staff_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.staff_staff_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: staff_staff_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.staff_staff_id_seq OWNED BY public.staff.staff_id;


--
-- Name: yard; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.yard (
    yard_id integer NOT NULL,
    manager_id smallint NOT NULL,
    address_id smallint NOT NULL,
    last_update timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: yard_yard_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.yard_yard_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: yard_yard_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.yard_yard_id_seq OWNED BY public.yard.yard_id;


--
-- Name: payment_p2026_01; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment ATTACH PARTITION public.payment_p2026_01 FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00');


--
-- Name: payment_p2026_02; Type: TABLE ATTACH; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment ATTACH PARTITION public.payment_p2026_02 FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00');


--
-- Name: address address_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.address ALTER COLUMN address_id SET DEFAULT nextval('public.address_address_id_seq'::regclass);


--
-- Name: boat boat_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.boat ALTER COLUMN boat_id SET DEFAULT nextval('public.boat_boat_id_seq'::regclass);


--
-- Name: customer customer_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer ALTER COLUMN customer_id SET DEFAULT nextval('public.customer_customer_id_seq'::regclass);


--
-- Name: hire hire_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hire ALTER COLUMN hire_id SET DEFAULT nextval('public.hire_hire_id_seq'::regclass);


--
-- Name: language language_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.language ALTER COLUMN language_id SET DEFAULT nextval('public.language_language_id_seq'::regclass);


--
-- Name: owner owner_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.owner ALTER COLUMN owner_id SET DEFAULT nextval('public.owner_owner_id_seq'::regclass);


--
-- Name: payment payment_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment ALTER COLUMN payment_id SET DEFAULT nextval('public.payment_payment_id_seq'::regclass);


--
-- Name: port port_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.port ALTER COLUMN port_id SET DEFAULT nextval('public.port_port_id_seq'::regclass);


--
-- Name: staff staff_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff ALTER COLUMN staff_id SET DEFAULT nextval('public.staff_staff_id_seq'::regclass);


--
-- Name: yard yard_id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.yard ALTER COLUMN yard_id SET DEFAULT nextval('public.yard_yard_id_seq'::regclass);


--
-- Data for Name: address; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.address (address_id, street, street2, district, port_id, postal_code, phone, last_update) FROM stdin;
\.


--
-- Data for Name: boat; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.boat (boat_id, title, description, built, language_id, original_language_id, hire_days, rate, length, value, hull, features, fulltext, last_update) FROM stdin;
1	Sea \\. "Fox"	a;b	1987	1	\N	3	4.99	\N	1999.99	Cat	{"Deck hands",NULL}	'b':4 'fox':2 'sea':1	2026-11-28 17:37:12.244482
\.


--
-- Data for Name: boat_owner; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.boat_owner (boat_id, owner_id, last_update) FROM stdin;
\.


--
-- Data for Name: customer; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.customer (customer_id, yard_id, first_name, last_name, email, address_id, activebool, create_date, last_update, active) FROM stdin;
\.


--
-- Data for Name: hire; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.hire (hire_id, boat_id, customer_id, staff_id, last_update, period) FROM stdin;
\.


--
-- Data for Name: language; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.language (language_id, name, last_update) FROM stdin;
1	English             	2026-11-28 17:37:12.234211
2	Norsk               	2026-11-28 17:37:12.234211
\.


--
-- Data for Name: owner; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.owner (owner_id, first_name, last_name, last_update) FROM stdin;
\.


--
-- Data for Name: payment_p2026_01; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.payment_p2026_01 (payment_id, customer_id, staff_id, hire_id, amount, payment_date) FROM stdin;
\.


--
-- Data for Name: payment_p2026_02; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.payment_p2026_02 (payment_id, customer_id, staff_id, hire_id, amount, payment_date) FROM stdin;
\.


--
-- Data for Name: port; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.port (port_id, name, country, last_update) FROM stdin;
1	Bergen	Norway	2026-11-28 17:37:12.239208
2	Saint-Malo\tBretagne	France	2026-11-28 17:37:12.239208
\.


--
-- Data for Name: staff; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.staff (staff_id, first_name, last_name, address_id, email, yard_id, active, username, password, picture, last_update) FROM stdin;
\.


--
-- Data for Name: yard; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.yard (yard_id, manager_id, address_id, last_update) FROM stdin;
\.


--
-- Name: address_address_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.address_address_id_seq', 1, false);


--
-- Name: boat_boat_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.boat_boat_id_seq', 1, false);


--
-- Name: customer_customer_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.customer_customer_id_seq', 1, false);


--
-- Name: hire_hire_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.hire_hire_id_seq', 1, false);


--
-- Name: language_language_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.language_language_id_seq', 1, false);


--
-- Name: owner_owner_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.owner_owner_id_seq', 1, false);


--
-- Name: payment_payment_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.payment_payment_id_seq', 1, false);


--
-- Name: port_port_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.port_port_id_seq', 1, false);


--
-- Name: staff_staff_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.staff_staff_id_seq', 1, false);


--
-- Name: yard_yard_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.yard_yard_id_seq', 1, false);


--
-- Name: address address_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.address
    ADD CONSTRAINT address_pkey PRIMARY KEY (address_id);


--
-- Name: boat_owner boat_owner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.boat_owner
    ADD CONSTRAINT boat_owner_pkey PRIMARY KEY (boat_id, owner_id);


--
-- Name: boat boat_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.boat
    ADD CONSTRAINT boat_pkey PRIMARY KEY (boat_id);


--
-- Name: customer customer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (customer_id);


--
-- Name: hire hire_boat_id_period_excl; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hire
    ADD CONSTRAINT hire_boat_id_period_excl EXCLUDE USING gist (boat_id WITH =, period WITH &&);


--
-- Name: hire hire_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hire
    ADD CONSTRAINT hire_pkey PRIMARY KEY (hire_id);


--
-- Name: language language_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.language
    ADD CONSTRAINT language_pkey PRIMARY KEY (language_id);


--
-- Name: owner owner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.owner
    ADD CONSTRAINT owner_pkey PRIMARY KEY (owner_id);


--
-- Name: payment payment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (payment_date, payment_id);


--
-- Name: payment_p2026_01 payment_p2026_01_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment_p2026_01
    ADD CONSTRAINT payment_p2026_01_pkey PRIMARY KEY (payment_date, payment_id);


--
-- Name: payment_p2026_02 payment_p2026_02_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment_p2026_02
    ADD CONSTRAINT payment_p2026_02_pkey PRIMARY KEY (payment_date, payment_id);


--
-- Name: port port_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.port
    ADD CONSTRAINT port_pkey PRIMARY KEY (port_id);


--
-- Name: staff staff_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (staff_id);


--
-- Name: yard yard_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.yard
    ADD CONSTRAINT yard_pkey PRIMARY KEY (yard_id);


--
-- Name: boat_fulltext_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX boat_fulltext_idx ON public.boat USING gist (fulltext);


--
-- Name: hires_by_hull_hull; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX hires_by_hull_hull ON public.hires_by_hull USING btree (hull);


--
-- Name: idx_owner_last_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_owner_last_name ON public.owner USING btree (last_name);


--
-- Name: idx_title; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_title ON public.boat USING btree (title);


--
-- Name: idx_unq_manager; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX idx_unq_manager ON public.yard USING btree (manager_id);


--
-- Name: payment_p2026_01_customer_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX payment_p2026_01_customer_id_idx ON public.payment_p2026_01 USING btree (customer_id);


--
-- Name: payment_p2026_01_payment_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX payment_p2026_01_payment_id_idx ON public.payment_p2026_01 USING btree (payment_id);


--
-- Name: payment_p2026_02_payment_id_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX payment_p2026_02_payment_id_idx ON public.payment_p2026_02 USING btree (payment_id);


--
-- Name: payment_p2026_01_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.payment_pkey ATTACH PARTITION public.payment_p2026_01_pkey;


--
-- Name: payment_p2026_02_pkey; Type: INDEX ATTACH; Schema: public; Owner: -
--

ALTER INDEX public.payment_pkey ATTACH PARTITION public.payment_p2026_02_pkey;


--
-- Name: boat boat_fulltext; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER boat_fulltext BEFORE INSERT OR UPDATE ON public.boat FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger('fulltext', 'pg_catalog.english', 'title', 'description');


--
-- Name: boat last_updated; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER last_updated BEFORE UPDATE ON public.boat FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: owner last_updated; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER last_updated BEFORE UPDATE ON public.owner FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: address address_port_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.address
    ADD CONSTRAINT address_port_id_fkey FOREIGN KEY (port_id) REFERENCES public.port(port_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: boat boat_language_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.boat
    ADD CONSTRAINT boat_language_id_fkey FOREIGN KEY (language_id) REFERENCES public.language(language_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: boat boat_original_language_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.boat
    ADD CONSTRAINT boat_original_language_id_fkey FOREIGN KEY (original_language_id) REFERENCES public.language(language_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: boat_owner boat_owner_boat_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.boat_owner
    ADD CONSTRAINT boat_owner_boat_id_fkey FOREIGN KEY (boat_id) REFERENCES public.boat(boat_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: boat_owner boat_owner_owner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.boat_owner
    ADD CONSTRAINT boat_owner_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.owner(owner_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: customer customer_address_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_address_id_fkey FOREIGN KEY (address_id) REFERENCES public.address(address_id);


--
-- Name: customer customer_yard_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_yard_id_fkey FOREIGN KEY (yard_id) REFERENCES public.yard(yard_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: hire hire_boat_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hire
    ADD CONSTRAINT hire_boat_id_fkey FOREIGN KEY (boat_id) REFERENCES public.boat(boat_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: hire hire_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hire
    ADD CONSTRAINT hire_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(customer_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: hire hire_staff_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.hire
    ADD CONSTRAINT hire_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(staff_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: payment_p2026_01 payment_p2026_01_hire_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment_p2026_01
    ADD CONSTRAINT payment_p2026_01_hire_id_fkey FOREIGN KEY (hire_id) REFERENCES public.hire(hire_id);


--
-- Name: payment_p2026_02 payment_p2026_02_hire_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment_p2026_02
    ADD CONSTRAINT payment_p2026_02_hire_id_fkey FOREIGN KEY (hire_id) REFERENCES public.hire(hire_id);


--
-- Name: staff staff_address_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_address_id_fkey FOREIGN KEY (address_id) REFERENCES public.address(address_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: staff staff_yard_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_yard_id_fkey FOREIGN KEY (yard_id) REFERENCES public.yard(yard_id);


--
-- Name: yard yard_address_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.yard
    ADD CONSTRAINT yard_address_id_fkey FOREIGN KEY (address_id) REFERENCES public.address(address_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- Name: yard yard_manager_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.yard
    ADD CONSTRAINT yard_manager_id_fkey FOREIGN KEY (manager_id) REFERENCES public.staff(staff_id) ON UPDATE CASCADE ON DELETE RESTRICT;


--
-- PostgreSQL database dump complete
--

\unrestrict 6WH6LTqeC3LRmznnYx4kqbd17SnVjiayV44GOz06F34Dg9hNKAJAteyPuiQZSAQ

