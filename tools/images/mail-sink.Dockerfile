FROM coopmesh/python:3
COPY mail-sink /mailpit
ENTRYPOINT ["/mailpit"]
