#!/bin/sh
# A profile cannot change another service's environment, so this script checks whether the simulated exchange is running.
if getent hosts simulated-exchange >/dev/null; then
  export EXCHANGE=simulated
  export EXCHANGE_WS_URL=ws://simulated-exchange:9000/v2
  export EXCHANGE_REST_URL=http://simulated-exchange:9000
fi
exec node services/trades-ingestor/src/main.ts
