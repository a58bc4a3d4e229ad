FROM registry.example.org:5000/base/image
FROM scratch
from alpine@sha256:9ae97d36d26566ff84e8893c64a6dc4fe8ca6d1144bf5b87b2b85a32def253c7
FROM ubuntu:latest
FROM debian:${UNSET:-12.5}
FROM node:${NODE_VERSION}
FROM ${REGISTRY}/base:1.0
