/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "vfu_connection.h"
#include "vfu_dma.h"
#include "vfu_protocol.h"
#include "vfu_version.h"

/* Ours has a depth of three. */
#define MAX_DEPTH	8

static int parse_capabilities(struct json_object *capabilities,
			      struct vfu_peer *peer, bool *has_multi)
{
	struct json_object *value;
	int64_t number;

	if (!json_object_is_type(capabilities, json_type_object))
		return -EINVAL;
	if (json_object_object_get_ex(capabilities, "max_data_xfer_size",
				      &value)) {
		number = json_object_get_int64(value);
		if (!json_object_is_type(value, json_type_int) || number < 1)
			return -EINVAL;
		if ((uint64_t)number < peer->max_xfer)
			peer->max_xfer = (size_t)number;
	}
	if (json_object_object_get_ex(capabilities, "write_multiple",
				      &value)) {
		if (!json_object_is_type(value, json_type_boolean))
			return -EINVAL;
		*has_multi = json_object_get_boolean(value);
	}
	return 0;
}

static int parse_data(const char *text, size_t bytes, struct vfu_peer *peer,
		      bool *has_multi)
{
	struct json_object *root, *capabilities;
	struct json_tokener *tokener;
	int ret = 0;

	if (text[bytes - 1])
		return -EINVAL;
	tokener = json_tokener_new_ex(MAX_DEPTH);
	if (!tokener)
		return -ENOMEM;
	root = json_tokener_parse_ex(tokener, text, (int)bytes);
	if (!json_object_is_type(root, json_type_object))
		ret = -EINVAL;
	else if (json_object_object_get_ex(root, "capabilities",
					   &capabilities))
		ret = parse_capabilities(capabilities, peer, has_multi);
	json_object_put(root);
	json_tokener_free(tokener);
	return ret;
}

/*
 * Numbers are the server's own limits. A client that does not know
 * REGION_WRITE_MULTI is not told of it.
 */
static int build_reply(char *reply, size_t *bytes, uint16_t minor,
		       bool has_multi)
{
	struct vfu_version version = { .major = VFU_MAJOR, .minor = minor };
	struct json_object *root = json_object_new_object();
	struct json_object *capabilities = json_object_new_object();
	const char *text;
	size_t length;
	int ret = -ENOMEM;

	if (!root || !capabilities)
		goto put;
	json_object_object_add(root, "capabilities",
			       json_object_get(capabilities));
	json_object_object_add(capabilities, "max_msg_fds",
			       json_object_new_int(VFU_MAX_MESSAGE_FDS));
	json_object_object_add(capabilities, "max_data_xfer_size",
			       json_object_new_int(VFU_MAX_XFER));
	json_object_object_add(capabilities, "max_dma_maps",
			       json_object_new_int(VFU_DMA_MAX_MAPS));
	json_object_object_add(capabilities, "pgsizes",
			       json_object_new_int(VFU_DMA_PAGE));
	if (has_multi)
		json_object_object_add(capabilities, "write_multiple",
				       json_object_new_boolean(true));
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);
	length = text ? strlen(text) + 1 : VFU_VERSION_REPLY_BYTES;
	if (length > VFU_VERSION_REPLY_BYTES - sizeof(version))
		goto put;
	memcpy(reply, &version, sizeof(version));
	memcpy(reply + sizeof(version), text, length);
	*bytes = sizeof(version) + length;
	ret = 0;
put:
	json_object_put(capabilities);
	json_object_put(root);
	return ret;
}

int vfu_version_negotiate(const uint8_t *payload, size_t bytes,
			  struct vfu_peer *peer, char *reply,
			  size_t *reply_bytes, const char **why)
{
	struct vfu_peer new = {
		.max_xfer = VFU_DEFAULT_XFER < VFU_MAX_XFER ? VFU_DEFAULT_XFER :
							      VFU_MAX_XFER,
	};
	struct vfu_version version;
	bool has_multi = false;
	int ret = 0;

	*why = "VERSION that is too short";
	if (bytes < sizeof(version))
		return -EINVAL;
	memcpy(&version, payload, sizeof(version));
	*why = "it speaks another version of vfio-user than 0";
	if (version.major != VFU_MAJOR)
		return -EPROTONOSUPPORT;
	*why = "VERSION with data that are not the JSON of the protocol";
	if (bytes > sizeof(version))
		ret = parse_data((const char *)payload + sizeof(version),
				 bytes - sizeof(version), &new, &has_multi);
	if (ret)
		return ret;
	*why = "no memory for the reply to VERSION";
	ret = build_reply(reply, reply_bytes,
			  version.minor < VFU_MINOR ? version.minor : VFU_MINOR,
			  has_multi);
	if (!ret)
		*peer = new;
	return ret;
}
