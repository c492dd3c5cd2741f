module imagespec.dev/vectors/moby

go 1.23

require github.com/moby/patternmatcher v0.6.1
