
# upgrade NAME NAMESPACE VALUES CHART [FLAGS...]: install or upgrade one release, and wait until it is ready.
upgrade() {
  if "$helm" upgrade --install "$1" "$4" --namespace "$2" --create-namespace --values "$here/$3" \
    --wait --timeout 6h "${@:5}" </dev/null 9>&-; then
    note "$@" >>"$done_file"
  else
    printf '%s\n' "$2/$1" >>"$failures"
  fi
}

# deployed NAME NAMESPACE [FLAGS...]: whether Helm has a release whose installation is complete.
deployed() {
  local context=()
  local number
  for ((number = 3; number < $#; number++)); do
    if [[ ${!number} == --kube-context ]]; then context=("${@:number:2}"); fi
  done
  "$helm" status "$1" --namespace "$2" --output json "${context[@]}" </dev/null 2>/dev/null |
    grep -q '"status": *"deployed"'
}

# server NAME NAMESPACE VALUES CHART [FLAGS...]: install or upgrade one server of a cluster. A new server is not ready
# before the others exist, so new ones are installed together. A running server is upgraded alone: a cluster without a
# majority serves no requests.
server() {
  if [[ $mode != list && ! -s $failures ]] && deployed "$1" "$2" "${@:5}"; then
    wait
    install "$@"
    wait
  else
    install "$@"
  fi
}
