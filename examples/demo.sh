#!/bin/sh
# Fit arrival delays of real flights by MAE and by MSE, and score both models on flights kept aside.
# Models go to a temporary directory; run it with mae-train and mae-eval on the path (`make demo` does).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
models=$(mktemp -d)
trap 'rm -rf "$models"' EXIT
cd "$here"

run() {
    printf '\n$ %s\n\n' "$*"
    "$@"
}

run mae-train flights.csv --target arr_delay --output "$models/mae.json"
run mae-train flights.csv --target arr_delay --loss mse --output "$models/mse.json"
run mae-eval "$models/mae.json" flights_new.csv
run mae-eval "$models/mse.json" flights_new.csv
