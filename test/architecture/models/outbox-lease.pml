/*
 * Two relays, one publisher, two aggregates of three events. A relay leases the head of an aggregate by compare-and-set,
 * takes the run behind it, sends it in order and deletes what was taken where its token still stands. Sends may fail; a
 * relay may die at any step; leases may end at any step, and who slept through his own goes on as if nothing had happened.
 *
 * Claims: an event is heard for the first time after all before it in its aggregate (INV-11); what is deleted was heard
 * (INV-10). Each mutation has to break one: NO_GUARD takes any free row, not the head; DELETE_FIRST deletes before it
 * sends; GO_ON sends what stands behind an event that failed.
 */
#define AGGREGATES 2
#define EVENTS 3
#define ROWS 6
#define NOBODY 0
#define CRASHES 1
#define FAILURES 1
#define ENDS 1

byte holder[ROWS];   /* the token on a row */
bool taken[ROWS];    /* deleted */
bool heard[ROWS];
byte tokens, crashes, failures, ends;

#define row(a, e) ((a) * EVENTS + (e))
#define first(a) (!taken[row(a, 0)] -> 0 : (!taken[row(a, 1)] -> 1 : (!taken[row(a, 2)] -> 2 : EVENTS)))

inline hear(a, e) {
  d_step {
    assert(heard[row(a, e)] || e == 0 || heard[row(a, e - 1)]); /* INV-11 */
    heard[row(a, e)] = true
  }
}

inline delete(a, e) {
  d_step {
    if
    :: holder[row(a, e)] == token && !taken[row(a, e)] -> taken[row(a, e)] = true; holder[row(a, e)] = NOBODY
    :: else -> skip
    fi
  }
}

active [2] proctype Relay() {
  byte a, e, last, token;
  do
  :: first(0) == EVENTS && first(1) == EVENTS -> break
  :: else ->
    select(a : 0 .. 1);
#ifdef NO_GUARD
    select(e : 0 .. 2);
#else
    e = first(a);
#endif
    last = e;
    atomic {
      if
      :: e < EVENTS && !taken[row(a, e)] && holder[row(a, e)] == NOBODY && tokens < 12 ->
        tokens++; token = tokens; holder[row(a, e)] = token
      :: else -> token = NOBODY
      fi
    }
    if
    :: token == NOBODY -> goto over
    :: else -> skip
    fi;
    d_step {
      do
      :: last + 1 < EVENTS && holder[row(a, last + 1)] == NOBODY && !taken[row(a, last + 1)] ->
        last++; holder[row(a, last)] = token
      :: else -> break
      od
    }
    do
    :: e > last -> break
    :: else ->
#ifdef DELETE_FIRST
      delete(a, e);
#endif
      if
      :: hear(a, e)
      :: d_step { failures < FAILURES -> failures++ }
#ifdef GO_ON
        e++; goto next
#else
        goto over /* the rest goes back when the lease ends */
#endif
      fi;
      if
      :: d_step { crashes < CRASHES -> crashes++ } goto over
      :: true
      fi;
#ifndef DELETE_FIRST
      delete(a, e);
#endif
      e++;
next: skip
    od;
over: skip
  od
}

/* Time passes: all rows of one aggregate are free again, whoever holds them. */
active proctype Time() {
  byte a;
  do
  :: ends < ENDS ->
    select(a : 0 .. 1);
    d_step { ends++; holder[row(a, 0)] = NOBODY; holder[row(a, 1)] = NOBODY; holder[row(a, 2)] = NOBODY; a = 0 }
  :: break
  od
}

/* INV-10: what is deleted was heard, at every moment. */
active proctype Watch() {
  byte r;
  atomic {
    (taken[0] && !heard[0]) || (taken[1] && !heard[1]) || (taken[2] && !heard[2]) ||
    (taken[3] && !heard[3]) || (taken[4] && !heard[4]) || (taken[5] && !heard[5]);
    assert(false)
  }
}
