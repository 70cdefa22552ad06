package org.coopmesh.membership.graph;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Layouts of the graph: everybody's own, and the one that the board gave out. */
@RestController
@RequestMapping("/api/topology/layouts")
@PreAuthorize("isAuthenticated()")
class GraphLayoutController {
    /** What one person may keep. */
    private static final int LAYOUTS_MAX = 20;

    private static final String NAME = "[\\p{L}\\p{N}][\\p{L}\\p{N} _.,-]{0,59}";

    private final GraphLayouts layouts;
    private final Clock clock;

    GraphLayoutController(GraphLayouts layouts, Clock clock) {
        this.layouts = layouts;
        this.clock = clock;
    }

    /** @param own whether it is the caller's, who may change it */
    record LayoutLine(UUID id, String name, boolean own, boolean givenOut, Instant changedAt) {}

    record LayoutsView(List<LayoutLine> items) {}

    record PlaceView(
            @NotNull @Pattern(regexp = "[0-9a-f]{12}([0-9a-f]{52})?") String node,
            double x,
            double y) {}

    record LayoutView(
            UUID id, String name, boolean own, boolean givenOut, List<PlaceView> places) {}

    record LayoutRequest(
            @NotNull @Size(max = GraphLayout.PLACES_MAX) List<@Valid @NotNull PlaceView> places) {}

    @GetMapping
    LayoutsView list(Authentication caller) {
        MemberId reader = id(caller);
        return new LayoutsView(
                layouts.of(reader).stream()
                        .map(line ->
                                new LayoutLine(
                                        line.id(),
                                        line.name(),
                                        line.owner().equals(reader),
                                        line.givenOut(),
                                        line.changedAt()))
                        .toList());
    }

    @GetMapping("/{id}")
    LayoutView show(@PathVariable UUID id, Authentication caller) {
        MemberId reader = id(caller);
        return view(layouts.find(id, reader).orElseThrow(() -> notFound(id)), reader);
    }

    /** Keeps where the caller put nodes, in place of what was kept under that name. */
    @PutMapping("/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void keep(
            @PathVariable @Pattern(regexp = NAME) String name,
            @RequestBody @Valid LayoutRequest request,
            Authentication caller) {
        GraphLayout layout;
        try {
            layout =
                    new GraphLayout(
                            UUID.randomUUID(),
                            id(caller),
                            name,
                            false,
                            clock.instant(),
                            request.places().stream()
                                    .map(place ->
                                            new GraphLayout.Place(
                                                    place.node(), place.x(), place.y()))
                                    .toList());
        } catch (IllegalArgumentException wrong) {
            throw refused(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "places-wrong",
                    String.valueOf(wrong.getMessage()),
                    "places");
        }
        if (!layouts.keep(layout, LAYOUTS_MAX)) {
            throw refused(
                    HttpStatus.CONFLICT,
                    "too-many-layouts",
                    "at most " + LAYOUTS_MAX + " layouts a person: delete one first",
                    "name");
        }
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id, Authentication caller) {
        if (!layouts.delete(id, id(caller))) throw notFound(id);
    }

    /** Gives out a layout of the caller's own: whoever comes to the graph sees it first. */
    @PutMapping("/{id}/default")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @PreAuthorize("hasRole('board')")
    void giveOut(@PathVariable UUID id, Authentication caller) {
        if (!layouts.giveOut(id, id(caller))) throw notFound(id);
    }

    private static LayoutView view(GraphLayout layout, MemberId reader) {
        return new LayoutView(
                layout.id(),
                layout.name(),
                layout.owner().equals(reader),
                layout.givenOut(),
                layout.places().stream()
                        .map(place -> new PlaceView(place.node(), place.x(), place.y()))
                        .toList());
    }

    private static MemberId id(Authentication caller) {
        return new MemberId(UUID.fromString(caller.getName()));
    }

    private static ErrorResponseException notFound(UUID id) {
        return refused(HttpStatus.NOT_FOUND, "layout-not-found", "no such layout: " + id, "id");
    }

    private static ErrorResponseException refused(
            HttpStatus status, String slug, String detail, String field) {
        var problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("https://coopmesh.org/problems/" + slug));
        problem.setProperty(
                "errors", List.of(Map.of("field", field, "rule", slug, "message", detail)));
        return new ErrorResponseException(status, problem, null);
    }
}
