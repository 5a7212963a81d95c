# ash-scaffold with all that it makes use of: PostgreSQL's programs, which load a dump, and Elixir,
# which formats what is written and runs the project for `verify` and `cutover`.
#
#   docker build --tag ash-scaffold .
#   docker run --rm --volume "$PWD":/project ash-scaffold check --dump priv/repo/structure.sql
#
# The user has the number 1000: a project of somebody else's can be read, and written with
# `--user root`. A project that needs more than Elixir to compile gets an image FROM this one.

FROM debian:trixie-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY constraints-dev.txt ./
# A build in isolation reads constraints from the environment alone.
ENV PIP_CONSTRAINT=/source/constraints-dev.txt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY templates templates
COPY sample_project sample_project
RUN python3 -m venv /opt/ash-scaffold \
 && /opt/ash-scaffold/bin/pip install '.[embedded]' \
 && /opt/ash-scaffold/bin/pip uninstall --yes pip

FROM debian:trixie-slim
# postgresql would make a cluster that nobody uses.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-common \
 && sed --in-place 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
 && apt-get install --yes --no-install-recommends ca-certificates elixir erlang-dev git postgresql python3 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/ash-scaffold /opt/ash-scaffold
RUN ln --symbolic /opt/ash-scaffold/bin/ash-scaffold /usr/local/bin/ash-scaffold \
 && useradd --create-home --uid 1000 ash \
 && mkdir /project \
 && chown ash /project
# mix reads files and their names in the encoding of the locale.
ENV LANG=C.UTF-8 ELIXIR_ERL_OPTIONS=+fnu
USER ash
WORKDIR /project
ENTRYPOINT ["ash-scaffold"]
