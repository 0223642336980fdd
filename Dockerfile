# One image for all services: docker run IMAGE services/NAME/src/main.ts
# The workspace keeps its layout, as Node runs no TypeScript under node_modules.
FROM node:24-bookworm-slim AS installed
WORKDIR /app
COPY . .
# The same pnpm as in tools/run.mjs.
# What it notes of its own run has the time in it, and no other use: without it the same commit gives the same files.
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --reporter=append-only \
  && rm -rf node_modules/.modules.yaml node_modules/.pnpm-workspace-state*.json .pnpm-store

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=installed /app ./
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 HTTP_PORT=8080
# Where the feature store's volume is mounted: a new volume gets this folder's owner.
RUN mkdir /data && chown node:node /data
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.HTTP_PORT + '/readyz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node"]
