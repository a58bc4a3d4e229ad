# syntax=docker/dockerfile:1
ARG PYTHON_VERSION=3.12
ARG BASE="python:${PYTHON_VERSION}-slim" UNSET
FROM node:20.11.1-alpine AS web
RUN npm ci && \
    # a comment among lines
    npm run build

FROM --platform=$BUILDPLATFORM ${BASE} AS build
RUN --mount=type=bind,from=ghcr.example.org/tools/uv:0.5.1,source=/uv,target=/bin/uv uv sync

FROM build AS test
FROM golang:1.22 AS lint
RUN <<EOF
FROM somewhere
EOF

FROM ${BASE}
COPY --from=web /app/dist /srv
COPY --chown=app --from=1 /venv /venv
COPY --from=busybox:1.36@sha256:9ae97d36d26566ff84e8893c64a6dc4fe8ca6d1144bf5b87b2b85a32def253c7 /bin/sh /bin/sh
