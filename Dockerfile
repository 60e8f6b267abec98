# One image for every process of the suite: each container picks its folder with working_dir and runs `node src/main.ts`.
# Node runs TypeScript as it stands but refuses to below node_modules, so the workspace is copied whole.
FROM node:24-slim AS build
WORKDIR /suite
ENV CI=true
RUN npm install --global pnpm@10.34.8
COPY . .
RUN pnpm install --frozen-lockfile \
 && node infra/generate.ts \
 # The clients are made; what runs needs no linter, no test runner and no Prisma CLI.
 && pnpm install --frozen-lockfile --prod --no-optional

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
COPY --from=build /suite /suite
WORKDIR /suite/gateway
# Audit keeps checkpoints on a volume that is mounted here; no other service writes to a disk.
RUN mkdir /data && chown node:node /data
# The user that the base image brings.
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
