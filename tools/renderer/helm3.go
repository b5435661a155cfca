package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/getter"
)

func helm3() template {
	settings := cli.New()
	log.SetOutput(os.Stderr)
	log.SetFlags(log.Lshortfile)
	return func(asked request, out io.Writer) error {
		client := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
		client.DryRun, client.DryRunOption, client.ClientOnly, client.Replace = true, "true", true, true
		client.ReleaseName, client.Namespace = asked.Release, settings.Namespace()
		if asked.Kubernetes != "" {
			version, err := chartutil.ParseKubeVersion(asked.Kubernetes)
			if err != nil {
				return fmt.Errorf("invalid kube version '%s': %s", asked.Kubernetes, err)
			}
			client.KubeVersion = version
		}
		given, err := (&values.Options{ValueFiles: []string{"-"}}).MergeValues(getter.All(settings))
		if err != nil {
			return err
		}
		chart, err := loader.Load(asked.Chart)
		if err != nil {
			return err
		}
		release, err := client.Run(chart, given)
		if err != nil {
			if release != nil {
				return fmt.Errorf("%w\n\nUse --debug flag to render out invalid YAML", err)
			}
			return err
		}
		fmt.Fprintln(out, strings.TrimSpace(release.Manifest))
		for _, hook := range release.Hooks {
			fmt.Fprintf(out, "---\n# Source: %s\n%s\n", hook.Path, hook.Manifest)
		}
		return nil
	}
}
