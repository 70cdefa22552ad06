# PostgreSQL 18 out of Debian's packages, told what to do as the official image of that name is.
FROM coopmesh/postgres-base:18
ENV PGDATA=/var/lib/postgresql/18/docker LANG=C.UTF-8 PATH=/usr/lib/postgresql/18/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY postgres-entrypoint /usr/local/bin/postgres-entrypoint
# A tmpfs there takes over the mode; whoever is the user may make the socket
RUN mkdir -p /run/postgresql && chmod 3777 /run/postgresql
USER postgres
VOLUME /var/lib/postgresql
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/postgres-entrypoint"]
CMD ["postgres"]
