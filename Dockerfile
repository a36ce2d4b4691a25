# The command on a processor, in a small image:
#
#     docker build --tag snnl-score .
#     docker run --rm --volume "$PWD/embeddings:/data:ro" snnl-score /data --labels /data/y.npy
FROM docker.io/library/rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo build --release --locked

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /source/target/release/snnl-score /usr/local/bin/snnl-score
WORKDIR /data
ENTRYPOINT ["/usr/local/bin/snnl-score"]
