#!/usr/bin/env bash
# Fetch the locked packages and copy the few files that the pages use into the folder that is named.
set -euo pipefail
target=$(realpath -m "$1")
cd "$(dirname "$0")"
npm ci --no-progress --loglevel=error > /dev/null
mkdir -p "$target/images"
cp node_modules/htmx.org/dist/htmx.min.js "$target/"
cp node_modules/leaflet/dist/leaflet.{js,css} "$target/"
cp node_modules/leaflet/dist/images/* "$target/images/"
# In a layer of its own the framework gives way to every rule of ours, whatever its selector.
{ echo "@layer pico {"; sed 's/@charset "UTF-8";//' node_modules/@picocss/pico/css/pico.min.css; echo "}"; } > "$target/pico.css"
