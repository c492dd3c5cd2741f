// Answers, for texts of .dockerignore and paths on standard input, which paths moby leaves out.
package main

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

type vector struct {
	Text    string   `json:"text"`
	Ignored []string `json:"ignored"`
	Error   bool     `json:"error,omitempty"`
}

func main() {
	var asked struct{ Texts, Paths []string }
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		panic(err)
	}
	vectors := []vector{}
	for _, text := range asked.Texts {
		vectors = append(vectors, answer(text, asked.Paths))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(vectors); err != nil {
		panic(err)
	}
}

func answer(text string, paths []string) vector {
	failed := vector{Text: text, Ignored: []string{}, Error: true}
	patterns, err := ignorefile.ReadAll(strings.NewReader(text))
	if err != nil {
		return failed
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return failed
	}
	// moby compiles a pattern once a path gets to it; here one that cannot be compiled is an error for every path.
	for _, pattern := range patterns {
		alone, err := patternmatcher.New([]string{strings.TrimPrefix(pattern, "!")})
		if err != nil {
			return failed
		}
		if _, err := alone.MatchesOrParentMatches("."); err != nil {
			return failed
		}
	}
	ignored := []string{}
	for _, path := range paths {
		matches, err := matcher.MatchesOrParentMatches(path)
		if err != nil {
			return failed
		}
		if matches {
			ignored = append(ignored, path)
		}
	}
	return vector{Text: text, Ignored: ignored}
}
