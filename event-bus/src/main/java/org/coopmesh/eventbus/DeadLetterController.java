package org.coopmesh.eventbus;

import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Shows what could not be taken in, to those who can do something about it. */
@RestController
@RequestMapping("/api/#{'${spring.application.name}'.split('-')[0]}")
@PreAuthorize("hasAnyRole('board', 'network')")
class DeadLetterController {
    private final DeadLetters deadLetters;
    private final Replay replay;

    DeadLetterController(DeadLetters deadLetters, Replay replay) {
        this.deadLetters = deadLetters;
        this.replay = replay;
    }

    record DeadLettersView(long count, List<DeadLetters.DeadLetter> items) {}

    @GetMapping("/dead-letters")
    DeadLettersView list() {
        return new DeadLettersView(deadLetters.count(), deadLetters.waiting());
    }

    @PostMapping("/dead-letters/{id}/retry")
    ResponseEntity<Void> retry(@PathVariable long id) {
        if (!deadLetters.retry(id)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "no dead letter " + id);
        }
        return ResponseEntity.noContent().build();
    }

    record ReplayView(String topic, int facts) {}

    @PostMapping("/topics/{topic}/replay")
    @PreAuthorize("hasRole('board')")
    ReplayView replay(@PathVariable String topic) {
        return new ReplayView(topic, replay.of(topic));
    }
}
