package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// folders gives each claim a folder on the node, as a volume of type `local`. The kubelet sets the group of such a
// volume to the pod's fsGroup, as it does with a cloud's disk. It does not do so for hostPath, which is what
// kube-controller-manager would provision by itself.
type folders struct{ root, node string }

func provisioner() {
	flags := flag.NewFlagSet("provisioner", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "how the API server is reached")
	root := flags.String("root", "", "the folder that holds the volumes' folders")
	node := flags.String("node", "", "the node that has them")
	fail("provisioner", flags.Parse(os.Args[1:]))
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	fail("provisioner", err)
	client, err := kubernetes.NewForConfig(config)
	fail("provisioner", err)
	ctx := context.Background()
	// There is one provisioner, so there is no leader to elect.
	controller.NewProvisionController(
		ctx, client, "neo4j-restore/folder", &folders{*root, *node}, controller.LeaderElection(false),
	).Run(ctx)
}

func (f *folders) Provision(
	_ context.Context, options controller.ProvisionOptions,
) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	path := filepath.Join(f.root, options.PVName)
	// It belongs to root and nobody else can write to it, as the root of a freshly made file system.
	if err := os.Mkdir(path, 0o755); err != nil && !os.IsExist(err) {
		return nil, controller.ProvisioningFinished, err
	}
	here := v1.NodeSelectorRequirement{
		Key: v1.LabelHostname, Operator: v1.NodeSelectorOpIn, Values: []string{f.node},
	}
	volume := &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: v1.PersistentVolumeSpec{
			AccessModes: options.PVC.Spec.AccessModes,
			Capacity: v1.ResourceList{
				v1.ResourceStorage: options.PVC.Spec.Resources.Requests[v1.ResourceStorage],
			},
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			PersistentVolumeSource:        v1.PersistentVolumeSource{Local: &v1.LocalVolumeSource{Path: path}},
			NodeAffinity: &v1.VolumeNodeAffinity{Required: &v1.NodeSelector{
				NodeSelectorTerms: []v1.NodeSelectorTerm{{MatchExpressions: []v1.NodeSelectorRequirement{here}}},
			}},
		},
	}
	return volume, controller.ProvisioningFinished, nil
}

func (f *folders) Delete(_ context.Context, volume *v1.PersistentVolume) error {
	return os.RemoveAll(filepath.Join(f.root, volume.Name))
}
