# The portal as an image: the locked packages, the sources, an ordinary user, and nothing that listens but the part asked
# for. Which part that is, is the command; see docker-compose.yml.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt /requirements.txt
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes --no-deps --only-binary :all: --requirement /requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    DATA_DIR=/data \
    HOST=0.0.0.0
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin chengshu \
 && install --directory --owner chengshu --mode 0700 /data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
# The key is only for this step; the running portal makes its own in /data or is given one.
RUN SECRET_KEY=used-for-compiling-the-catalogues-while-the-image-is-built python manage.py catalogues compile \
 && python -m compileall -q portal competition submissions judging
USER chengshu
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "portal.supervisor.run", "web"]
