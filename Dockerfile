# SPDX-License-Identifier: Apache-2.0
#
#   docker build -t loopbox .
#   docker run --rm -p 127.0.0.1:8080:8080 --read-only --tmpfs /tmp --cap-drop ALL \
#       --security-opt no-new-privileges --memory 2g --pids-limit 512 \
#       -v loopbox:/var/lib/loopbox loopbox
#
# That gives level standard. With --security-opt seccomp=deploy/seccomp.json in place of the engine's
# own profile, and where the host lets users make namespaces, it is level strict.
#
# A binary that was built elsewhere can take the place of the first stage: a folder that holds
# out/loopbox, given as --build-context build=FOLDER.

ARG BASE=debian:bookworm-slim
ARG SWIFT=swift:6.3-bookworm

FROM ${SWIFT} AS build
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends \
        libcurl4-openssl-dev libre2-dev libseccomp-dev libsqlite3-dev libyaml-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# What is outside changes more rarely than what is ours: it is fetched in a layer of its own.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product loopbox \
 && mkdir /out \
 && install -s "$(swift build -c release --static-swift-stdlib --show-bin-path)/loopbox" /out/loopbox

FROM ${BASE}
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        ca-certificates libcurl4 libre2-9 libseccomp2 libsqlite3-0 libstdc++6 libyaml-0-2 python3 \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /var/lib/loopbox \
 && chown 65532:65532 /var/lib/loopbox \
 && chmod 700 /var/lib/loopbox
COPY --from=build /out/loopbox /usr/local/bin/loopbox

ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="Loopbox" \
      org.opencontainers.image.description="Runs asyncio programs in debug mode and reports what it finds" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0"

ENV LOOPBOX_LISTEN=0.0.0.0:8080 \
    LOOPBOX_DATA=/var/lib/loopbox
USER 65532:65532
WORKDIR /var/lib/loopbox
VOLUME /var/lib/loopbox
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["loopbox", "health"]
ENTRYPOINT ["loopbox"]
CMD ["serve"]
