#!/bin/sh
# Asks the service for 200 quotes.
exec curl --silent --fail --output /dev/null "${LEAKFINDER_URL:-http://localhost:6060}/quote?n=[1-200]"
