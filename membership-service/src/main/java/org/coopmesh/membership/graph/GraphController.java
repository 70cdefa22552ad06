package org.coopmesh.membership.graph;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.WebRequest;

/** The mesh as one picture: whole for who runs the network, for everybody else what members let everybody know. */
@RestController
@RequestMapping("/api/topology/graph")
@PreAuthorize("isAuthenticated()")
class GraphController {
    private static final Set<String> SEE_ALL =
            Set.of("ROLE_network", "ROLE_board", "ROLE_moderator");

    private final MeshGraph graph;

    GraphController(MeshGraph graph) {
        this.graph = graph;
    }

    @GetMapping
    ResponseEntity<Resource> graph(Authentication caller, WebRequest request) throws IOException {
        MeshGraph.Answer answer = graph.read(seesAll(caller));
        var headers = new HttpHeaders();
        headers.setCacheControl(CacheControl.noCache().cachePrivate());
        headers.setVary(List.of(HttpHeaders.ACCEPT_ENCODING));
        // Weak: the same content, compressed or not.
        String tag = "W/\"" + answer.tag() + "\"";
        if (request.checkNotModified(tag)) {
            return ResponseEntity.status(HttpStatus.NOT_MODIFIED)
                    .headers(headers)
                    .eTag(tag)
                    .build();
        }
        headers.setContentType(MediaType.APPLICATION_JSON);
        boolean zipped = takesGzip(request.getHeader(HttpHeaders.ACCEPT_ENCODING));
        if (zipped) headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
        InputStream body = new ByteArrayInputStream(answer.compressed());
        return ResponseEntity.ok()
                .headers(headers)
                .eTag(tag)
                .body(new InputStreamResource(zipped ? body : new GZIPInputStream(body)));
    }

    /** Finds new places for all nodes on the co-op's drawing. */
    @PostMapping("/arrange")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasAnyRole('network', 'board')")
    void arrange(Authentication caller) {
        graph.arrange(UUID.fromString(caller.getName()));
    }

    private static boolean seesAll(Authentication caller) {
        return caller.getAuthorities().stream()
                .anyMatch(authority -> SEE_ALL.contains(authority.getAuthority()));
    }

    private static boolean takesGzip(@Nullable String encodings) {
        return encodings != null
                && Stream.of(encodings.toLowerCase(Locale.ROOT).split(","))
                        .map(String::strip)
                        .anyMatch(one ->
                                one.equals("gzip")
                                        || one.startsWith("gzip;")
                                                && !one.matches(".*q=0(\\.0*)?"));
    }
}
