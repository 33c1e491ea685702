// SPDX-License-Identifier: Apache-2.0
//
// Doors to libyaml for Swift: the parser is a large struct that must not move, and an event is a
// union whose members depend on its type.

#ifndef LOOPBOX_CYAML_SHIM_H
#define LOOPBOX_CYAML_SHIM_H

#include <stdlib.h>
#include <yaml.h>

// A parser that reads `count` bytes of UTF-8 at `bytes`; NULL where there is no memory. The bytes
// must stay where they are until cyaml_parser_free.
static inline yaml_parser_t *cyaml_parser_new(const unsigned char *bytes, size_t count)
{
    yaml_parser_t *parser = malloc(sizeof *parser);
    if (parser == NULL)
        return NULL;
    if (!yaml_parser_initialize(parser)) {
        free(parser);
        return NULL;
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, bytes, count);
    return parser;
}

static inline void cyaml_parser_free(yaml_parser_t *parser)
{
    yaml_parser_delete(parser);
    free(parser);
}

// The name behind `&` of the event's node; NULL where there is none.
static inline const char *cyaml_event_anchor(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.anchor;
    case YAML_MAPPING_START_EVENT:
        return (const char *)event->data.mapping_start.anchor;
    default:
        return NULL;
    }
}

// The tag that was written on the event's node; NULL where there is none.
static inline const char *cyaml_event_tag(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return (const char *)event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return (const char *)event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return (const char *)event->data.mapping_start.tag;
    default:
        return NULL;
    }
}

// The text of a scalar event, `*count` bytes; it lives as long as the event.
static inline const unsigned char *cyaml_scalar_text(const yaml_event_t *event, size_t *count)
{
    *count = event->data.scalar.length;
    return event->data.scalar.value;
}

// Whether a scalar event was written without quotes and not as a block.
static inline int cyaml_scalar_is_plain(const yaml_event_t *event)
{
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

#endif
