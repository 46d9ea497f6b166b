package rule

import (
	"strings"

	"github.com/distcheck/distcheck/analyzer/arch"
	"github.com/distcheck/distcheck/analyzer/finding"
)

func mutableImage() Rule {
	return Rule{
		ID:      "mutable-image",
		Concern: Deployment,
		Rank:    Alone,
		Title:   "an image that may be another tomorrow",
		Fires:   "the image of a service has the tag latest, or no tag. A digest is fine.",
		Default: "warning",
		Rationale: `A tag that moves means that two copies of one service may run different code, that a restart may be a release nobody
decided on, and that nothing is left to go back to when it was a bad one.`,
		Source:   "Kubernetes documentation, Images; kube-linter, latest-tag; kube-score, container-image-tag; polaris, tagNotSpecified",
		Severity: finding.Warning,
		Wrong: `version: 1
services:
  cart: {deployment: {image: "shop/cart:latest"}}
`,
		Right: `version: 1
services:
  cart: {deployment: {image: "shop/cart:1.4.2"}}
`,
		Remedy: "name the version that was tested, by a tag that is never reused, or by digest",
		Check: trait{
			fact: concern("deployment", "image"), among: every,
			tell: movingTag,
			many: "images without a fixed tag",
		}.check,
	}
}

// movingTag says what is wrong with an image. What a template fills in is not known.
func movingTag(_ *arch.Service, image arch.Fact[string]) string {
	if image.Not() || strings.Contains(image.Value, "@") || strings.ContainsAny(image.Value, "${") {
		return ""
	}
	name := image.Value[strings.LastIndexByte(image.Value, '/')+1:] // before it, a colon is that of a port
	switch _, tag, tagged := strings.Cut(name, ":"); {
	case !tagged:
		return "runs an image without a tag, " + image.Value
	case tag == "latest":
		return "runs whatever is latest, " + image.Value
	}
	return ""
}
