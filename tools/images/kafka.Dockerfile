# One Kafka node on our own Java runtime, told what to do as the official image is.
FROM coopmesh/java:25
COPY libs /opt/kafka/libs
COPY kafka-run /etc/kafka/docker/run
RUN mkdir -p /var/lib/kafka/data && chown 1000:1000 /var/lib/kafka/data
USER 1000
VOLUME /var/lib/kafka/data
EXPOSE 9092
CMD ["/etc/kafka/docker/run"]
