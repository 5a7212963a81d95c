--
-- PostgreSQL database dump
--

\restrict PpXjtxJ6c83iK6ucl2u85k2asR71OKFpLlZpcegy47aUtVSkzfSpcAVXTjneGJ5

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
-- Name: DocumentStatus; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public."DocumentStatus" AS ENUM (
    'DRAFT',
    'PENDING',
    'COMPLETED'
);


--
-- Name: FieldType; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public."FieldType" AS ENUM (
    'SIGNATURE',
    'NAME',
    'DATE',
    'FREE_SIGNATURE'
);


--
-- Name: Role; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public."Role" AS ENUM (
    'ADMIN',
    'USER'
);


--
-- Name: generate_id(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.generate_id() RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE
  alphabet text := 'abcdefghijklmnopqrstuvwxyz0123456789';
  result text := '';
BEGIN
  FOR i IN 1..16 LOOP
    result := result || substr(alphabet, 1 + floor(random() * 36)::int, 1);
  END LOOP;
  RETURN result;
END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: Account; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."Account" (
    id text NOT NULL,
    "userId" integer NOT NULL,
    provider text NOT NULL,
    "providerAccountId" text NOT NULL,
    refresh_token text,
    expires_at integer,
    scope text
);


--
-- Name: Document; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."Document" (
    id integer NOT NULL,
    "userId" integer NOT NULL,
    title text NOT NULL,
    status public."DocumentStatus" DEFAULT 'DRAFT'::public."DocumentStatus" NOT NULL,
    "externalId" text,
    "authOptions" jsonb,
    "formValues" json,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "deletedAt" timestamp(3) without time zone,
    "templateId" integer,
    "qrToken" text,
    "useLegacyFieldInsertion" boolean DEFAULT false NOT NULL
);


--
-- Name: DocumentMeta; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."DocumentMeta" (
    id text DEFAULT public.generate_id() NOT NULL,
    subject text,
    message text,
    timezone text DEFAULT 'Etc/UTC'::text,
    "dateFormat" text DEFAULT 'yyyy-MM-dd hh:mm a'::text,
    "documentId" integer NOT NULL,
    "emailSettings" jsonb
);


--
-- Name: Document_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public."Document_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: Document_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public."Document_id_seq" OWNED BY public."Document".id;


--
-- Name: Field; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."Field" (
    id integer NOT NULL,
    "documentId" integer,
    "recipientId" integer NOT NULL,
    type public."FieldType" NOT NULL,
    page integer NOT NULL,
    "positionX" numeric(65,30) DEFAULT 0 NOT NULL,
    "positionY" numeric(65,30) DEFAULT 0 NOT NULL,
    height numeric(65,30) DEFAULT '-1'::integer NOT NULL,
    "fieldMeta" jsonb,
    "secondaryId" text NOT NULL
);


--
-- Name: Field_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public."Field_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: Field_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public."Field_id_seq" OWNED BY public."Field".id;


--
-- Name: Folder; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."Folder" (
    id text NOT NULL,
    name text NOT NULL,
    "parentId" text,
    pinned boolean DEFAULT false NOT NULL
);


--
-- Name: Recipient; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."Recipient" (
    id integer NOT NULL,
    "documentId" integer,
    email character varying(255) NOT NULL,
    name character varying(255) DEFAULT ''::character varying NOT NULL,
    token text NOT NULL,
    expired timestamp(3) without time zone,
    "signingOrder" integer,
    "templateId" integer
);


--
-- Name: Recipient_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public."Recipient_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: Recipient_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public."Recipient_id_seq" OWNED BY public."Recipient".id;


--
-- Name: User; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."User" (
    id integer NOT NULL,
    name text,
    email text NOT NULL,
    "emailVerified" timestamp(3) without time zone,
    password text,
    "createdAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "updatedAt" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    "lastSignedIn" timestamp(3) without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    roles public."Role"[] DEFAULT ARRAY['USER'::public."Role"],
    "customerId" text,
    url text,
    disabled boolean DEFAULT false NOT NULL,
    "twoFactorSecret" text
);


--
-- Name: User_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public."User_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: User_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public."User_id_seq" OWNED BY public."User".id;


--
-- Name: _DocumentToFolder; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public."_DocumentToFolder" (
    "A" integer NOT NULL,
    "B" text NOT NULL
);


--
-- Name: _prisma_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public._prisma_migrations (
    id character varying(36) NOT NULL,
    checksum character varying(64) NOT NULL,
    finished_at timestamp with time zone,
    migration_name character varying(255) NOT NULL,
    logs text,
    rolled_back_at timestamp with time zone,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_steps_count integer DEFAULT 0 NOT NULL
);


--
-- Name: Document id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Document" ALTER COLUMN id SET DEFAULT nextval('public."Document_id_seq"'::regclass);


--
-- Name: Field id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Field" ALTER COLUMN id SET DEFAULT nextval('public."Field_id_seq"'::regclass);


--
-- Name: Recipient id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Recipient" ALTER COLUMN id SET DEFAULT nextval('public."Recipient_id_seq"'::regclass);


--
-- Name: User id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."User" ALTER COLUMN id SET DEFAULT nextval('public."User_id_seq"'::regclass);


--
-- Data for Name: Account; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."Account" (id, "userId", provider, "providerAccountId", refresh_token, expires_at, scope) FROM stdin;
\.


--
-- Data for Name: Document; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."Document" (id, "userId", title, status, "externalId", "authOptions", "formValues", "createdAt", "deletedAt", "templateId", "qrToken", "useLegacyFieldInsertion") FROM stdin;
\.


--
-- Data for Name: DocumentMeta; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."DocumentMeta" (id, subject, message, timezone, "dateFormat", "documentId", "emailSettings") FROM stdin;
\.


--
-- Data for Name: Field; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."Field" (id, "documentId", "recipientId", type, page, "positionX", "positionY", height, "fieldMeta", "secondaryId") FROM stdin;
\.


--
-- Data for Name: Folder; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."Folder" (id, name, "parentId", pinned) FROM stdin;
\.


--
-- Data for Name: Recipient; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."Recipient" (id, "documentId", email, name, token, expired, "signingOrder", "templateId") FROM stdin;
\.


--
-- Data for Name: User; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."User" (id, name, email, "emailVerified", password, "createdAt", "updatedAt", "lastSignedIn", roles, "customerId", url, disabled, "twoFactorSecret") FROM stdin;
\.


--
-- Data for Name: _DocumentToFolder; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public."_DocumentToFolder" ("A", "B") FROM stdin;
\.


--
-- Data for Name: _prisma_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public._prisma_migrations (id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count) FROM stdin;
\.


--
-- Name: Document_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public."Document_id_seq"', 1, false);


--
-- Name: Field_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public."Field_id_seq"', 1, false);


--
-- Name: Recipient_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public."Recipient_id_seq"', 1, false);


--
-- Name: User_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public."User_id_seq"', 1, false);


--
-- Name: Account Account_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Account"
    ADD CONSTRAINT "Account_pkey" PRIMARY KEY (id);


--
-- Name: DocumentMeta DocumentMeta_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."DocumentMeta"
    ADD CONSTRAINT "DocumentMeta_pkey" PRIMARY KEY (id);


--
-- Name: Document Document_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Document"
    ADD CONSTRAINT "Document_pkey" PRIMARY KEY (id);


--
-- Name: Field Field_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Field"
    ADD CONSTRAINT "Field_pkey" PRIMARY KEY (id);


--
-- Name: Folder Folder_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Folder"
    ADD CONSTRAINT "Folder_pkey" PRIMARY KEY (id);


--
-- Name: Recipient Recipient_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Recipient"
    ADD CONSTRAINT "Recipient_pkey" PRIMARY KEY (id);


--
-- Name: User User_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."User"
    ADD CONSTRAINT "User_pkey" PRIMARY KEY (id);


--
-- Name: _prisma_migrations _prisma_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public._prisma_migrations
    ADD CONSTRAINT _prisma_migrations_pkey PRIMARY KEY (id);


--
-- Name: Account_provider_providerAccountId_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "Account_provider_providerAccountId_key" ON public."Account" USING btree (provider, "providerAccountId");


--
-- Name: DocumentMeta_documentId_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "DocumentMeta_documentId_key" ON public."DocumentMeta" USING btree ("documentId");


--
-- Name: Document_userId_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "Document_userId_idx" ON public."Document" USING btree ("userId");


--
-- Name: Field_secondaryId_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "Field_secondaryId_key" ON public."Field" USING btree ("secondaryId");


--
-- Name: Recipient_documentId_email_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "Recipient_documentId_email_key" ON public."Recipient" USING btree ("documentId", email);


--
-- Name: User_customerId_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "User_customerId_key" ON public."User" USING btree ("customerId");


--
-- Name: User_email_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "User_email_key" ON public."User" USING btree (email);


--
-- Name: _DocumentToFolder_AB_unique; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX "_DocumentToFolder_AB_unique" ON public."_DocumentToFolder" USING btree ("A", "B");


--
-- Name: _DocumentToFolder_B_index; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX "_DocumentToFolder_B_index" ON public."_DocumentToFolder" USING btree ("B");


--
-- Name: Account Account_userId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Account"
    ADD CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES public."User"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: DocumentMeta DocumentMeta_documentId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."DocumentMeta"
    ADD CONSTRAINT "DocumentMeta_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES public."Document"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: Document Document_userId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Document"
    ADD CONSTRAINT "Document_userId_fkey" FOREIGN KEY ("userId") REFERENCES public."User"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: Field Field_documentId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Field"
    ADD CONSTRAINT "Field_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES public."Document"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: Field Field_recipientId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Field"
    ADD CONSTRAINT "Field_recipientId_fkey" FOREIGN KEY ("recipientId") REFERENCES public."Recipient"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: Folder Folder_parentId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Folder"
    ADD CONSTRAINT "Folder_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES public."Folder"(id) ON UPDATE CASCADE ON DELETE SET NULL;


--
-- Name: Recipient Recipient_documentId_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."Recipient"
    ADD CONSTRAINT "Recipient_documentId_fkey" FOREIGN KEY ("documentId") REFERENCES public."Document"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: _DocumentToFolder _DocumentToFolder_A_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."_DocumentToFolder"
    ADD CONSTRAINT "_DocumentToFolder_A_fkey" FOREIGN KEY ("A") REFERENCES public."Document"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- Name: _DocumentToFolder _DocumentToFolder_B_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public."_DocumentToFolder"
    ADD CONSTRAINT "_DocumentToFolder_B_fkey" FOREIGN KEY ("B") REFERENCES public."Folder"(id) ON UPDATE CASCADE ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--

\unrestrict PpXjtxJ6c83iK6ucl2u85k2asR71OKFpLlZpcegy47aUtVSkzfSpcAVXTjneGJ5

