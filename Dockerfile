FROM node:26-bookworm-slim AS build
WORKDIR /headway
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY gen/es gen/es
COPY src src
RUN npx tsc -p tsconfig.build.json && npm prune --omit=dev --ignore-scripts

FROM node:26-bookworm-slim
ENV NODE_ENV=production \
    HEADWAY_GRPC_ADDRESS=0.0.0.0:50051 \
    HEADWAY_HTTP_ADDRESS=0.0.0.0:8080 \
    HEADWAY_STORAGE_PATH=/data/headway.db
WORKDIR /headway
COPY --from=build /headway/package.json ./
COPY --from=build /headway/node_modules node_modules
COPY --from=build /headway/gen/es gen/es
COPY --from=build /headway/dist dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 50051 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
