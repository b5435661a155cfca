package main

import (
	"fmt"
	"io"
	"strings"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/cli/values"
	"helm.sh/helm/v4/pkg/cmd"
	"helm.sh/helm/v4/pkg/getter"
	v1 "helm.sh/helm/v4/pkg/release/v1"
)

func helm4() template {
	settings := cli.New()
	cmd.SetupLogging(false)
	return func(asked request, out io.Writer) error {
		client := action.NewInstall(action.NewConfiguration())
		client.DryRunStrategy, client.Replace = action.DryRunClient, true
		client.ReleaseName, client.Namespace = asked.Release, settings.Namespace()
		if asked.Kubernetes != "" {
			version, err := common.ParseKubeVersion(asked.Kubernetes)
			if err != nil {
				return fmt.Errorf("invalid kube version '%s': %w", asked.Kubernetes, err)
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
		made, err := client.Run(chart, given)
		release, _ := made.(*v1.Release)
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
