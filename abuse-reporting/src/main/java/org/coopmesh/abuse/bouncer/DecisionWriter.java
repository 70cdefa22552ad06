package org.coopmesh.abuse.bouncer;

import java.io.Closeable;
import java.io.OutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/** Writes decisions as CrowdSec's local API does: lists that are null where nothing stands in them. */
final class DecisionWriter implements Closeable {
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonGenerator json;
    private boolean stream;
    private boolean any;
    private String list = "new";

    DecisionWriter(OutputStream out) {
        this.json = JSON.createGenerator(out);
    }

    void beginStream() {
        stream = true;
        json.writeStartObject();
    }

    void turnToDeleted() {
        endList();
        list = "deleted";
        any = false;
    }

    void endStream() {
        endList();
        json.writeEndObject();
    }

    void beginArray() {
        stream = false;
    }

    void endArray() {
        endList();
    }

    void decision(Decision decision) {
        if (!any) {
            any = true;
            if (stream) {
                json.writeName(list);
            }
            json.writeStartArray();
        }
        json.writeStartObject();
        json.writeNumberProperty("id", decision.number());
        json.writeStringProperty("uuid", decision.ban().toString());
        json.writeStringProperty("origin", decision.source().origin());
        json.writeStringProperty("type", "ban");
        json.writeStringProperty("scope", decision.scope());
        json.writeStringProperty("value", decision.value());
        json.writeStringProperty("duration", Decision.go(decision.duration()));
        json.writeStringProperty("scenario", decision.source().scenario());
        json.writeEndObject();
    }

    private void endList() {
        if (any) {
            json.writeEndArray();
        } else {
            if (stream) {
                json.writeName(list);
            }
            json.writeNull();
        }
    }

    @Override
    public void close() {
        json.close();
    }
}
