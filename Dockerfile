FROM python:3.13-slim-bookworm AS build
WORKDIR /app
# Set up twice: a change of the code alone finds the packages already there.
COPY deploy deploy
COPY pyproject.toml requirements.lock requirements-node.lock package.json package-lock.json .npmrc ./
RUN deploy/setup
COPY . .
RUN deploy/setup && rm -rf node_modules .data

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system anhuan && install -d -o anhuan /files
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER anhuan
EXPOSE 8000
CMD ["python", "-m", "config.web", "0.0.0.0", "8000"]
