# One image for pages and worker: `docker run aftercare` and `docker run aftercare worker`.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv .venv
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -e .
RUN mkdir data && chown 10001:10001 data

FROM python:3.11-slim
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH HOME=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME /app/data
EXPOSE 8000
HEALTHCHECK --start-period=20s CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/?format=json', timeout=4)"
ENTRYPOINT ["aftercare"]
CMD ["web", "--bind", "0.0.0.0:8000"]
