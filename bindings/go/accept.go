package cfaccess

import (
	"mime"
	"strconv"
	"strings"
)

// quality is the weight that an Accept header (RFC 9110 section 12.5.1) gives to a media type, from 0 to 1.
func quality(accept, mediaType string) float64 {
	kind, _, _ := strings.Cut(mediaType, "/")
	found, specific := 0.0, 0
	for _, item := range strings.Split(accept, ",") {
		name, parameters, err := mime.ParseMediaType(item)
		if err != nil {
			continue
		}
		rank := 0
		switch name {
		case mediaType:
			rank = 3
		case kind + "/*":
			rank = 2
		case "*/*":
			rank = 1
		}
		if rank > specific {
			found, specific = weight(parameters["q"]), rank
		}
	}
	return found
}

func weight(q string) float64 {
	if q == "" {
		return 1
	}
	value, err := strconv.ParseFloat(q, 64)
	if err != nil || !(value >= 0 && value <= 1) {
		return 0
	}
	return value
}

// namesHTML reports whether the header asks for HTML by name, as browsers do for pages.
func namesHTML(accept string) bool {
	return strings.Contains(strings.ToLower(accept), "text/html") && quality(accept, "text/html") > 0
}
