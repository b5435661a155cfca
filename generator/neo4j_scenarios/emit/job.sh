
kubectl=${KUBECTL:-kubectl}
create_claims=${CREATE_CLAIMS:-false}
kube=()
[[ $create_claims =~ ^(true|false)$ ]] || die "CREATE_CLAIMS is '$create_claims'" "set it to true or false"
[[ $mode == list ]] || command -v "$kubectl" >/dev/null ||
  die "there is no '$kubectl' on PATH" "install kubectl, or set KUBECTL to its name"

# listed NAME: the Jobs of a release, one a line: the name, and the conditions that are met.
listed() {
  "${kube[@]}" get jobs --selector "app.kubernetes.io/instance=$1" --output \
    jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.status=="True")].type}{"\n"}{end}' \
    </dev/null 9>&-
}

# forget NAME: delete the Jobs of a release that failed. Helm would leave them as they are.
forget() {
  local each name conditions
  each=$(listed "$1") || return 1
  while read -r name conditions; do
    if [[ " $conditions " == *" Failed "* ]]; then
      "${kube[@]}" delete job "$name" </dev/null >/dev/null 9>&- || return 1
    fi
  done <<<"$each"
}

# ended NAME: wait until all Jobs of a release have ended. It fails if one of them failed.
ended() {
  local each
  while each=$(listed "$1"); do
    if grep -q ' Failed' <<<"$each"; then return 1; fi
    if [[ $each ]] && ! grep -qv ' Complete' <<<"$each"; then return 0; fi
    sleep 5
  done
  return 1
}

# free NAME NAMESPACE [FLAGS...]: whether a release of Jobs may have this name. One that installs servers would lose them.
free() {
  if "$helm" get manifest "$1" --namespace "$2" "${@:3}" </dev/null 2>/dev/null 9>&- | grep -q '^kind: StatefulSet'; then
    say "error: the release $2/$1 installs servers, and would lose them"
    say "try: install the values file with helm yourself, under another name"
    return 1
  fi
}

# upgrade NAME NAMESPACE VALUES CHART [FLAGS...]: install one release, and wait for its Jobs. Helm 3 can't: it does not see
# that Kubernetes gave a Job up. This runs in the background, so `kube` is its own.
upgrade() {
  local number context=()
  kube=("$kubectl" --namespace "$2")
  for ((number = 5; number < $#; number++)); do
    if [[ ${!number} == --kube-context ]]; then
      kube+=(--context "${@:number+1:1}")
      context=(--kube-context "${@:number+1:1}")
    fi
  done
  if free "$1" "$2" "${context[@]}" && forget "$1" &&
    "$helm" upgrade --install "$1" "$4" --namespace "$2" --create-namespace --values "$here/$3" \
      --set "job.createClaims=$create_claims" "${@:5}" </dev/null 9>&- &&
    ended "$1"; then
    note "$@" >>"$done_file"
  else
    printf '%s\n' "$2/$1" >>"$failures"
  fi
}
